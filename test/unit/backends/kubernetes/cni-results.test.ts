// What a runtime's CNI cache on a node says of its sandboxes, read from real entries in a directory like the node's.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cniResultsCommand, parseCniResults } from '../../../../infra/backends/kubernetes/cni-results.ts';
import { exec } from '../../../../infra/util/exec.ts';

let cni = '';
beforeEach(() => {
  cni = mkdtempSync(path.join(tmpdir(), 'cnilab-cni-'));
});
afterEach(() => rmSync(cni, { recursive: true }));

/** Runs the node's command on a directory that stands for the node's. */
async function results(...ids: readonly string[]) {
  const argv = cniResultsCommand(ids).map((word) => word.replaceAll('/var/lib/cni', cni));
  const { stdout, exitCode } = await exec(argv);
  expect(exitCode).toBe(0);
  return Object.fromEntries(parseCniResults(stdout));
}

const id = 'a'.repeat(64);
const entry = (more: object = {}) =>
  JSON.stringify({
    kind: 'cniCacheV1',
    containerId: id,
    config: Buffer.from('{"of":"another kind"}').toString('base64'),
    ifName: 'eth0',
    networkName: 'cbr0',
    netns: '/var/run/netns/x',
    result: {
      cniVersion: '1.0.0',
      interfaces: [
        { name: 'cni0', mac: '02:00:00:00:00:01' },
        { name: 'veth1', mac: '02:00:00:00:00:02' },
        { name: 'eth0', mac: '02:00:00:00:00:03', sandbox: '/var/run/netns/x' },
      ],
      ips: [
        { interface: 2, address: 'fd00:10:244::5/64', gateway: 'fd00:10:244::1' },
        { interface: 2, address: '10.244.0.5/24', gateway: '10.244.0.1' },
      ],
    },
    ...more,
  });
const facts = {
  network: 'cbr0',
  ifName: 'eth0',
  address: '10.244.0.5',
  address6: 'fd00:10:244::5',
  gateway: '10.244.0.1',
  mac: '02:00:00:00:00:03',
  hostVeth: 'veth1',
  bridge: 'cni0',
};

describe('the results on a node', () => {
  const write = (file: string, text: string, directory = 'results') => {
    mkdirSync(path.join(cni, directory), { recursive: true });
    writeFileSync(path.join(cni, directory, file), text);
  };

  it('are those of the sandboxes that were asked for, of eth0, in one command', async () => {
    const other = 'b'.repeat(64);
    write(`cbr0-${id}-eth0`, entry());
    write(`my-net-${other}-eth0`, entry({ containerId: other, networkName: 'my-net' }));
    write(`cni-loopback-${id}-lo`, entry({ ifName: 'lo', networkName: 'cni-loopback' }));
    write(`cbr0-${'c'.repeat(64)}-eth0`, entry({ containerId: 'c'.repeat(64) }));
    expect(await results(id, other)).toEqual({ [id]: facts, [other]: { ...facts, network: 'my-net' } });
  });

  it('are found where cri-dockerd keeps them', async () => {
    write(`cbr0-${id}-eth0`, entry(), 'cache/results');
    expect(await results(id)).toEqual({ [id]: facts });
  });

  it('leave out a sandbox that has none, or one that a crash cut off', async () => {
    expect(await results(id)).toEqual({});
    expect(await results()).toEqual({});
    write(`cbr0-${id}-eth0`, '');
    expect(await results(id)).toEqual({});
    write(`cbr0-${id}-eth0`, entry().slice(0, -1));
    expect(await results(id)).toEqual({});
    write(`cbr0-${id}-eth0`, entry({ result: null }));
    expect(await results(id)).toEqual({});
  });

  it('name no host veth where the plugin did not', async () => {
    write(`cbr0-${id}-eth0`, entry({ result: { cniVersion: '0.2.0', ip4: { ip: '10.244.0.5/24' } } }));
    expect(await results(id)).toEqual({
      [id]: {
        network: 'cbr0',
        ifName: 'eth0',
        address: '10.244.0.5',
        gateway: '',
        mac: '',
        hostVeth: '',
        bridge: '',
      },
    });
  });
});

it('an id that a shell would take for something else is refused', () => {
  expect(() => cniResultsCommand(['$(reboot)'])).toThrow(new TypeError('no sandbox id: $(reboot)'));
});

it('are read as containerd keeps them on a node of kind: two pods, of each lo and eth0', () => {
  const recorded = readFileSync(new URL('./fixtures/kind-cni-results.txt', import.meta.url), 'utf8');
  const common = { network: 'kindnet', ifName: 'eth0', gateway: '10.244.0.1', bridge: '' };
  expect(Object.fromEntries(parseCniResults(recorded))).toEqual({
    '2696f774b4d701d892e078cb6bbd81c6a02986d28eec1552ce0c61a0e597f34e': {
      ...common,
      address: '10.244.0.4',
      mac: '16:20:79:d9:ef:80',
      hostVeth: 'veth69b44176',
    },
    '6006b49d1e8708baf97929d6eac6d7bcf302b1d6881aa390973ebf0ac28b6b89': {
      ...common,
      address: '10.244.0.5',
      mac: '3e:a0:18:ca:ba:f4',
      hostVeth: 'veth784ed4f8',
    },
  });
});
