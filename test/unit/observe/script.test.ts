// The script itself: where a tool behaves as none does in a quiet test, and which tools it can do without.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host } from '../../../infra/backends/host.ts';
import { observeHost } from '../../../infra/observe/observe-host.ts';
import { OBSERVE_SCRIPT } from '../../../infra/observe/script.ts';
import { splitSections } from '../../../infra/observe/sections.ts';
import { exec } from '../../../infra/util/exec.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

let machine: PrivateHost;
beforeAll(async () => {
  machine = await privateHost('script');
});
afterAll(() => machine?.close());

const MARK = '@@cnilab-test';
/** Run on a node of its own, with functions in place of some tools. */
async function sectionsOf(role: string, standIns = '', config = '/etc/cni/net.d') {
  const argv = ['sh', '-c', `${standIns}\n${OBSERVE_SCRIPT}`, 'observe', MARK, role, config];
  const { stdout, stderr } = await machine.host.run(argv);
  return splitSections(stdout, stderr);
}

it('asks lsns again when it gives up: a process has ended while it was looking', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-lsns-'));
  const tried = path.join(directory, 'tried');
  const standIn = path.join(directory, 'lsns');
  writeFileSync(standIn, `#!/bin/sh\n[ -e ${tried} ] || { : > ${tried}; exit 1; }\necho found\n`);
  chmodSync(standIn, 0o755);
  const env = { PATH: `${directory}:${process.env.PATH}` };
  const { stdout } = await exec(['sh', '-c', OBSERVE_SCRIPT, 'observe', 'MARK', 'node', '/none'], { env });
  expect(stdout).toContain('MARK begin netnsids\nfound\n\nMARK end netnsids 0\n');
  rmSync(directory, { recursive: true });
});

it('reads CNI configuration where the runtime of that node looks for it, and nowhere else', async () => {
  const embedded = '/var/lib/rancher/k3s/agent/etc/cni/net.d';
  await machine.host.write([
    { path: `${embedded}/10-flannel.conflist`, content: '{"name":"cbr0"}\n' },
    { path: '/etc/cni/net.d/10-other.conf', content: '{"name":"other"}\n' },
  ]);
  const { host } = machine;
  const pickNetwork = (files: readonly { readonly name: string }[]) => ({
    rows: files.map(({ name }) => ({ file: name, picked: true, why: '' })),
  });
  const elsewhere: Host = { name: host.name, cniConfigDir: embedded, run: host.run.bind(host) } as Host;
  const { cniConfig } = await observeHost(elsewhere, 'node', { pickNetwork });
  expect(cniConfig).toEqual([
    { file: '10-flannel.conflist', picked: true, why: '', content: { name: 'cbr0' } },
  ]);
  const usual = await observeHost(host, 'node', { pickNetwork });
  expect(usual.cniConfig.map(({ file }) => file)).toEqual(['10-other.conf']);
});

it('knows its network namespace without asking a program', async () => {
  const { stdout } = await machine.host.run(['readlink', '/proc/self/ns/net']);
  const sections = await sectionsOf('pod', 'readlink() { echo asked; }');
  expect(sections.get('netns')?.text.trim()).toBe(stdout.trim());
});

it('asks iptables only where nft shows anything, or does not work', async () => {
  const asked = async (nft: string) => (await sectionsOf('node', `nft() { ${nft}; }`)).has('iptables');
  expect(await asked(':')).toBe(false);
  expect(await asked('echo table ip nat')).toBe(true);
  expect(await asked('return 127')).toBe(true);
});

it('reads of the runtime’s cache what speaks of ports, and that whole', async () => {
  await machine.host.write([
    { path: '/var/lib/cni/results/net-a-eth0', content: '{\n  "portMappings": []\n}\n' },
    { path: '/var/lib/cni/results/net-b-eth0', content: '{}\n' },
  ]);
  const files = (await sectionsOf('node-predict')).get('files')?.text ?? '';
  expect(files).toContain(
    `${MARK} file /var/lib/cni/results/net-a-eth0\n{\n  "portMappings": []\n}\n${MARK} file `,
  );
  expect(files).not.toContain('net-b-eth0');
  expect((await sectionsOf('node')).get('files')?.text).not.toContain('results');
});

it('reads a sysctl of every device, whatever it is called', async () => {
  const add = ['ip', 'link', 'add', 'name', 'a.b*', 'type', 'veth', 'peer', 'name', 'c'];
  expect((await machine.host.run(add)).stderr).toBe('');
  const files = (await sectionsOf('pod-predict')).get('files')?.text ?? '';
  for (const device of ['all', 'lo', 'a.b*']) {
    for (const name of ['rp_filter', 'proxy_arp']) {
      expect(files).toContain(`${MARK} file /proc/sys/net/ipv4/conf/${device}/${name}\n0\n`);
    }
    expect(files).toContain(`${MARK} file /proc/sys/net/ipv6/conf/${device}/disable_ipv6\n`);
  }
});
