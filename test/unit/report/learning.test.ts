// The story of a learning experiment. The rows were recorded from lab flannel on netns; the packet that may have been it is made up.
import { expect, it } from 'vitest';
import { learningText } from '../../../infra/report/learning.ts';
import { PLAIN } from '../../../infra/report/paint.ts';

const asked = { tap: 'pod1-veth', packet: 'arp-request', ns: 10980 };
const entry = 'forwarding entry ee:fc:82:d3:b0:ed dev veth8743c705 master cni0';
const observed = {
  ping: { from: 'pod1', to: 'pod2', transmitted: 1, received: 1 },
  changes: [
    {
      ...{ host: 'k3s-server', change: 'removed', text: entry, ns: 1013015426, causedBy: null },
      why: 'aged: the bridge heard no frame from this MAC for its ageing time',
      lastFrame: { tap: 'pod1-veth', packet: 'echo-request', seq: 1, ns: 79816, silentNs: 1012935610 },
    },
    { host: 'k3s-server', change: 'added', text: entry, ns: 389426, causedBy: asked },
    {
      ...{ host: 'pod2', change: 'changed', text: 'neighbour 10.42.0.2 dev eth0', causedBy: null },
      ...{ why: 'no packet that the taps saw carried it in time', perhaps: [asked] },
    },
  ],
  bridged: [
    {
      ...{ packet: 'arp-request', ns: 10980, host: 'k3s-server', bridge: 'cni0', flooded: true },
      ...{ in: 'pod1-veth', out: ['pod1-veth', 'pod2-veth'] },
    },
    {
      ...{ packet: 'echo-request', seq: 1, ns: 79816, host: 'k3s-server', bridge: 'cni0', flooded: false },
      ...{ in: 'pod1-veth', out: ['pod2-veth'] },
    },
  ],
  notObserved: ['k3s-server', 'pod1'].map((host) => ({ host, table: 'conntrack', why: 'Permission denied' })),
};

it('tells who learned what from which packet, in the order of the packets', () => {
  expect(learningText(observed)).toMatchInlineSnapshot(`
    "pod1 → pod2: 1 of 1 answered
    Who learned what
            MS  WHO         WHAT                                                               FROM WHAT
         0.011  k3s-server  + forwarding entry ee:fc:82:d3:b0:ed dev veth8743c705 master cni0  arp-request at pod1-veth
      1013.015  k3s-server  - forwarding entry ee:fc:82:d3:b0:ed dev veth8743c705 master cni0  aged: the bridge heard no frame from this MAC for its ageing time; the last was echo-request 1 at pod1-veth, 1012.936 ms before
             -  pod2        ~ neighbour 10.42.0.2 dev eth0                                     no packet that the taps saw carried it in time; perhaps arp-request at pod1-veth
    How frames crossed bridges
         MS  BRIDGE           FRAME           IN         OUT                   HOW
      0.011  k3s-server cni0  arp-request     pod1-veth  pod1-veth, pod2-veth  flooded
      0.080  k3s-server cni0  echo-request 1  pod1-veth  pod2-veth             -
    not read on k3s-server, pod1: conntrack: Permission denied
    MS are since the first packet: of the packet that taught it, and where no packet did, of the kernel’s word that it has changed."
  `);
});

it('keeps to the terminal', () => {
  const lines = learningText(observed, { ...PLAIN, width: 80 })?.split('\n') ?? [];
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('says so where nobody learned anything, and nothing where nothing was observed', () => {
  const silent = { ...observed, changes: [], bridged: [] };
  expect(learningText(silent)).toContain('Who learned what\n  nobody anything\n');
  expect(learningText(null)).toBeUndefined();
});
