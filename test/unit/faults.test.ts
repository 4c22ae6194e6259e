// The catalogue of faults as people meet it: names, and the page that lists them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS } from '../../infra/faults/catalogue.ts';
import { planFault } from '../../infra/faults/fault.ts';
import { hostPortRule } from '../../infra/faults/host-port-rule.ts';
import { sceneOf } from '../../infra/faults/scene.ts';
import { faultNames } from '../../infra/lab/fault-names.ts';
import type { LabSnapshot } from '../../infra/observe/snapshot.ts';
import { changed, predictable } from './predict/recorded.ts';

const PAGE = path.resolve(import.meta.dirname, '../../docs/faults.md');

test('names are labels, each once', () => {
  const names = FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z][a-z0-9-]{0,62}$/.test(name))).toEqual([]);
});

test('a lab file can name every one of them', () => {
  expect(FAULTS.map(({ name }) => name)).toEqual(faultNames);
});

test('the page lists every fault with its symptom, in the order of the catalogue', () => {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` \|.*\| ([^|]+) \|$/gm);
  expect([...rows].map(([, name, symptom]) => ({ name, symptom }))).toEqual(
    FAULTS.map(({ name, symptom }) => ({ name, symptom })),
  );
});

const SAME_NODE = 'forward-drop-same-node';

function applying(lab: LabSnapshot): readonly string[] {
  const ranged = { ...lab, nodes: lab.nodes.map((node, i) => ({ ...node, podCIDR: `10.42.${i}.0/24` })) };
  const scene = sceneOf({ ...ranged, pods: lab.pods.toReversed() });
  return FAULTS.filter((fault) => scene && planFault(fault, scene)).map(({ name }) => name);
}

test.each([
  ['shows them', [{ name: 'net.bridge.bridge-nf-call-iptables', value: '1' }], true],
  ['is told not to', [{ name: 'net.bridge.bridge-nf-call-iptables', value: '0' }], false],
  ['is not in the kernel', [], false],
])('a rule can be between pods of one bridge only where br_netfilter shows frames: it %s', (_, rows, can) => {
  const flannel = changed(predictable('flannel'), 'node-1', ({ sysctls }) => ({
    sysctls: [...sysctls.filter(({ name }) => !name.startsWith('net.bridge.')), ...rows],
  }));
  expect(applying(flannel)).toContain('forward-drop');
  expect(applying(flannel).includes(SAME_NODE)).toBe(can);
});

test('a host port of the nftables variant of portmap comes back where it was', () => {
  const row = (rule: string) => ({ family: 'ip', table: 'cni_hostport', chain: 'hostports', rule });
  const rules = ['tcp dport 8080 dnat to 10.42.0.2:80', 'tcp dport 81 dnat to 10.42.0.2:81'].map(row);
  const found = hostPortRule('node-1', [
    row('type nat hook prerouting priority dstnat; policy accept;'),
    ...rules,
  ]);
  expect(found).toMatchObject({ port: 8080, line: 'tcp dport 8080 dnat to 10.42.0.2:80' });
  expect(found?.restore.argv.slice(-4)).toEqual([rules[0]?.rule, 'insert', 'index', '0']);
});
