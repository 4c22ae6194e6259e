// Calls of plugins that K3s has brought: links to one binary with many names, in directories of K3s' own.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeK3sTool } from '../../../../../infra/backends/k3s/k3s-tool.ts';
import { readCalls } from '../../../../../infra/backends/kubernetes/network/read-calls.ts';
import {
  broughtDrift,
  recordBrought,
  stopRecordingBrought,
} from '../../../../../infra/backends/kubernetes/network/record-brought.ts';
import { type PrivateHost, privateHost } from '../../../../support/private-host.ts';

const facts = { cluster: 'default', flannel: 'vxlan' };
const cni = makeK3sTool().cniPaths?.(facts) ?? { config: '', plugins: '' };
const bin = '/var/lib/rancher/k3s/data/0123abcd/bin';

/** As K3s v1.34.3 writes it. */
const CONFLIST = `{
  "name":"cbr0",
  "cniVersion":"1.0.0",
  "plugins":[
    {
      "type":"flannel",
      "delegate":{
        "hairpinMode":true,
        "forceAddress":true,
        "isDefaultGateway":true
      }
    },
    {
      "type":"portmap",
      "capabilities":{
        "portMappings":true
      }
    },
    {
      "type":"bandwidth",
      "capabilities":{
        "bandwidth":true
      }
    }
  ]
}
`;

let node: PrivateHost;
beforeAll(async () => {
  node = await privateHost('k3s-server');
});
afterAll(() => node?.close());

const network = () => ({
  host: () => node.host,
  nodes: [{ name: 'k3s-server' }],
  cni,
  op: { signal: new AbortController().signal },
});
const sh = async (script: string) => (await node.host.run(['sh', '-c', script])).stdout.trim();
const links = () => sh(`cd ${cni.plugins} && for file in *; do echo "$file $(readlink $file)"; done`);

beforeEach(async () => {
  await sh(`rm -rf /var/lib/rancher /var/lib/cnilab; mkdir -p ${bin} ${cni.plugins} ${cni.config}
    printf '#!/bin/sh\\necho "{\\\\"iam\\\\":\\\\"\${0##*/}\\\\"}"\\n' > ${bin}/cni && chmod 755 ${bin}/cni
    for type in cni bandwidth bridge flannel host-local loopback portmap; do ln -s ${bin}/cni ${cni.plugins}/$type; done`);
  await node.host.write([{ path: `${cni.config}/10-flannel.conflist`, content: CONFLIST }]);
});

it('records what the runtime calls, which K3s has under many names of one binary', async () => {
  await recordBrought(network());
  const call = `echo '{"name":"cbr0"}' | env CNI_COMMAND=ADD CNI_CONTAINERID=c1 CNI_IFNAME=eth0 ${cni.plugins}/flannel`;
  expect(await sh(call)).toBe('{"iam":"flannel"}');
  const calls = await readCalls(node.host, 'k3s-server');
  expect(calls.map(({ plugin, command, network }) => [plugin, command, network])).toEqual([
    ['flannel', 'ADD', 'cbr0'],
  ]);
  // Called by a plugin, and by no runtime.
  expect(await links()).toContain(`bridge ${bin}/cni`);
  expect(await broughtDrift(network())).toEqual([]);
});

it('what K3s has put back is told, and recorded again', async () => {
  await recordBrought(network());
  await sh(`ln -sf ${bin}/cni ${cni.plugins}/portmap`);
  expect(await broughtDrift(network())).toEqual([
    { object: node.host.name, what: 'calls of the CNI plugin portmap are not recorded' },
  ]);
  await recordBrought(network());
  expect(await broughtDrift(network())).toEqual([]);
});

it('leaves every plugin as it was', async () => {
  const before = await links();
  await recordBrought(network());
  expect(await links()).not.toBe(before);
  await stopRecordingBrought(network());
  expect(await links()).toBe(before);
});

it('with a network of the lab’s own, K3s has CNI where others have it', () => {
  expect(makeK3sTool().cniPaths?.({ ...facts, flannel: 'none' })).toBeUndefined();
});
