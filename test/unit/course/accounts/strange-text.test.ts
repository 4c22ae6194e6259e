// Texts and checkpoints of somebody who may mean harm.
import { expect, test } from 'vitest';
import { harmless, treacherousText } from '../../../../infra/course/accounts/strange-text.ts';
import { checkpointSchema } from '../../../../infra/course/checkpoint/checkpoint-schema.ts';

test('what a terminal would obey is not in it any more; lines, tabs and letters are', () => {
  expect(harmless('a\tb\nè €\r\n\u001b[31mred\u001b[0m\u0007 \u009b2J \u202edrow\r')).toBe(
    'a\tb\nè €\n?[31mred?[0m? ?2J ?drow?',
  );
});

test('a text that is more than a line, or leads elsewhere, is found however deep it is, in a key too', () => {
  expect(
    treacherousText({ a: [1, null, { b: ['-A FORWARD -j ACCEPT', '10.0.0.0/8', 'a..b'] }] }),
  ).toBeUndefined();
  for (const text of ['a\nb', '\u001b', '../x', 'a/../b', '..']) {
    expect(treacherousText({ a: [{ b: text }] })).toBe(text);
    expect(treacherousText([{ [text]: 1 }])).toBe(text);
  }
});

const checkpoint = {
  ...{ name: 'stage-2', student: 'bob', savedAt: '2026-01-01T00:00:00.000Z' },
  faults: [{ name: 'forwarding-off', host: 'node1', unnamed: true }],
  state: {
    node1: {
      netfilter: [{ family: 'ip', table: 'nat', rule: '-A POSTROUTING -j MASQUERADE' }],
      leases: [{ path: '/run/cni-ipam-state/kindnet/10.244.0.2', containerId: 'x', ifName: 'eth0' }],
      cniConfig: [{ file: '10-kindnet.conflist', content: { name: 'kindnet', plugins: [{ type: 'ptp' }] } }],
    },
  },
};

/** The checkpoint with other rows of a table. */
const withRows = (table: string, row: object) => ({
  ...checkpoint,
  state: { node1: { ...checkpoint.state.node1, [table]: [row] } },
});

test('a checkpoint as instances have them is one', () => {
  expect(checkpointSchema.parse(checkpoint)).toEqual(checkpoint);
});

test.each([
  ['a second line for a shell', withRows('cniConfig', { file: 'a', content: 'x\nCNILAB-END\nid' })],
  ['a file elsewhere', withRows('cniConfig', { file: '../../tmp/x', content: {} })],
  ['a file in a directory', withRows('cniConfig', { file: 'x/y', content: {} })],
  ['a lease elsewhere', withRows('leases', { path: '/etc/passwd', containerId: '', ifName: '' })],
  ['a rule that starts a program', withRows('netfilter', { rule: '-A INPUT --modprobe=/tmp/x -j ACCEPT' })],
  ['a rule that starts one in short', withRows('netfilter', { rule: '-A INPUT -M /tmp/x -j ACCEPT' })],
  ['a table that there is not', withRows('files', {})],
  ['a fault that there is not', { ...checkpoint, faults: [{ name: 'rm', host: 'node1' }] }],
  ['more than a checkpoint has', { ...checkpoint, run: 'id' }],
])('a checkpoint with %s is none', (_, one) => {
  expect(checkpointSchema.safeParse(one).success).toBe(false);
});
