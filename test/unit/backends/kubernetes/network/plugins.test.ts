import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../../../infra/backends/host.ts';
import { copyMissingPlugins } from '../../../../../infra/backends/kubernetes/network/copy-plugins.ts';
import { elfMachine } from '../../../../../infra/backends/kubernetes/network/elf-machine.ts';
import { neededPlugins } from '../../../../../infra/backends/kubernetes/network/needed-plugins.ts';
import { StandInHost } from './stand-in-cluster.ts';

const elf = (machine: number, big = false) => {
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header[5] = big ? 2 : 1;
  if (big) header.writeUInt16BE(machine, 18);
  else header.writeUInt16LE(machine, 18);
  return header;
};
const conflist = (name: string, ...plugins: readonly object[]) => ({
  path: `/etc/cni/net.d/${name}`,
  content: JSON.stringify({ cniVersion: '1.0.0', name: 'n', plugins }),
});

describe('the plugins that a network needs', () => {
  it('are those of the chain and loopback, and what they call in turn', () => {
    const files = [
      conflist(
        '10-a.conflist',
        { type: 'macvlan', ipam: { type: 'dhcp' } },
        { type: 'portmap' },
        { type: 'tuning' },
      ),
      conflist('20-b.conflist', { type: 'never-used' }),
    ];
    expect(neededPlugins(files)).toEqual({
      direct: ['loopback', 'macvlan', 'portmap', 'tuning'],
      delegated: ['dhcp'],
    });
  });

  it("follow flannel's delegate, default or not", () => {
    const needs = (...plugins: readonly object[]) =>
      neededPlugins([conflist('1.conflist', ...plugins)]).delegated;
    expect(needs({ type: 'flannel', delegate: { hairpinMode: true } }, { type: 'bandwidth' })).toEqual([
      'bridge',
      'host-local',
    ]);
    expect(needs({ type: 'flannel', delegate: { type: 'ipvlan' }, ipam: { type: 'static' } })).toEqual([
      'ipvlan',
      'static',
    ]);
  });

  it('cannot be told of files that no runtime could use', () => {
    expect(() => neededPlugins([{ path: '/etc/cni/net.d/1.conflist', content: '{' }])).toThrow('1.conflist');
    expect(() => neededPlugins([])).toThrow('no network');
  });
});

describe('the processor that a binary is for', () => {
  it('is told as uname does', () => {
    expect([elf(62), elf(183), elf(243), elf(22), elf(183, true)].map(elfMachine)).toEqual([
      'x86_64',
      'aarch64',
      'riscv64',
      undefined,
      undefined,
    ]);
  });

  it('is unknown of what is no ELF file', () => {
    expect(elfMachine(Buffer.from('#!/bin/sh\nexit 0\n#####'))).toBeUndefined();
    expect(elfMachine(Buffer.alloc(0))).toBeUndefined();
  });
});

describe('plugins that a node lacks', () => {
  let dir: string;
  let log: string[];
  let node: StandInHost;
  const facts = { machine: 'x86_64', perl: '', plugins: ['ptp'] };
  const said: string[] = [];
  const op = { signal: new AbortController().signal, progress: (line: string) => void said.push(line) };
  const copy = (types: readonly string[], dirs = [dir]) =>
    copyMissingPlugins(node as unknown as Host, facts, types, op, dirs);
  const put = (name: string, content: Uint8Array, where = dir) =>
    writeFile(path.join(where, name), content, { mode: 0o755 });

  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'plugins-'));
    log = [];
    node = new StandInHost('n1', log);
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('are copied from here, and put on the list of what is to go', async () => {
    await put('bridge', elf(62));
    await put('tuning', Buffer.from('#!/bin/sh\n'));
    node.files.set('/var/lib/cnilab/copied-plugins', 'bandwidth\n');
    expect(await copy(['ptp', 'bridge', 'tuning'])).toEqual(['bridge', 'tuning']);
    expect(node.files.get('/opt/cni/bin/bridge')).toBe(elf(62).toString());
    expect(node.files.get('/var/lib/cnilab/copied-plugins')).toBe('bandwidth\nbridge\ntuning\n');
    expect(said.at(-1)).toBe('n1: copies the CNI plugins bridge, tuning from this machine');
  });

  it('are not touched when there is none missing', async () => {
    expect(await copy(['ptp'])).toEqual([]);
    expect(log).toEqual([]);
  });

  it('are named when this machine has none, or one for another processor, and nothing is written', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'plugins-'));
    await put('bridge', elf(183));
    await put('tuning', elf(183));
    await put('tuning', elf(62), other);
    await symlink('nowhere', path.join(dir, 'sbr'));
    const failure = await copy(['bridge', 'sbr', 'tuning'], [dir, other]).catch((error) => error.message);
    expect(failure).toContain('node n1 lacks CNI plugins that the network needs.');
    expect(failure).toContain(`bridge: ${dir}/bridge is for aarch64, not x86_64`);
    expect(failure).toContain(`sbr: there is none for x86_64 on this machine either, in ${dir}, ${other}`);
    expect(failure).not.toContain('tuning');
    expect(failure).toContain('$CNI_PATH names further directories.');
    expect(log).toEqual([]);
    await rm(other, { recursive: true });
  });

  it('are named when they do not run there', async () => {
    await put('bridge', elf(62));
    node.answer = () => 'bridge: not found\n';
    await expect(copy(['bridge'])).rejects.toThrow('do not run there (bridge: not found)');
  });
});
