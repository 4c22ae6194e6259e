import { expect, it } from 'vitest';
import { orderCalls } from '../../../../../infra/backends/kubernetes/network/order-calls.ts';
import type { CniCall } from '../../../../../infra/cni/call.ts';

/** @param text container/plugin@start+duration, ms */
function call(text: string): CniCall {
  const [, containerId = '', plugin = '', start = '0', duration = '0'] =
    /^(\w+)\/(\w+)@(\d+)\+(\d+)$/.exec(text) ?? [];
  return {
    command: 'ADD',
    node: 'n1',
    network: 'n',
    plugin,
    path: plugin,
    containerId,
    ifName: plugin === 'loopback' ? 'lo' : 'eth0',
    env: {},
    stdin: '',
    stdout: '',
    stderr: '',
    exitCode: 0,
    startedNs: BigInt(start) * 1_000_000n,
    durationNs: BigInt(duration) * 1_000_000n,
  };
}
const order = (...texts: readonly string[]) =>
  orderCalls(texts.map(call)).map(({ containerId, plugin }) => `${containerId}/${plugin}`);

it('is by time, whichever node said it first', () => {
  expect(order('b/ptp@20+1', 'a/ptp@10+1')).toEqual(['a/ptp', 'b/ptp']);
});

it('has lo before what the runtime did beside it', () => {
  expect(order('a/ptp@10+200', 'a/loopback@12+5', 'a/portmap@211+9')).toEqual([
    'a/loopback',
    'a/ptp',
    'a/portmap',
  ]);
  expect(order('a/ptp@10+20', 'a/portmap@31+9', 'a/loopback@32+50')).toEqual([
    'a/loopback',
    'a/ptp',
    'a/portmap',
  ]);
});

it('is by time when the one was over before the other began', () => {
  expect(order('a/ptp@10+20', 'a/portmap@31+9', 'a/loopback@50+1')).toEqual([
    'a/ptp',
    'a/portmap',
    'a/loopback',
  ]);
  expect(order('a/loopback@1+5', 'a/ptp@10+20')).toEqual(['a/loopback', 'a/ptp']);
});

it('does not mix what different containers get', () => {
  expect(order('a/ptp@10+20', 'b/loopback@12+5', 'b/ptp@40+1', 'a/loopback@60+1')).toEqual([
    'a/ptp',
    'b/loopback',
    'b/ptp',
    'a/loopback',
  ]);
});
