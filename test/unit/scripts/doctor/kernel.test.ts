import { describe, expect, test } from 'vitest';
import { forbiddingSwitches, kernelChecks } from '../../../../scripts/doctor/kernel.ts';

const found = (output: string) =>
  kernelChecks(output, [], -1)
    .filter((check) => check.found)
    .map((check) => check.need);
const adviceOf = (need: string, output: string, switches: readonly string[] = []) =>
  kernelChecks(output, switches, -1).find((check) => check.need === need)?.advice;

const ALL = 'ok userns\nok tmpfs\nok veth\nok bridge\nok vxlan\nok nftables\n';

describe('the probe', () => {
  test('believes only what it saw work', () => {
    expect(found(ALL)).toHaveLength(6);
    expect(found('unshare: unshare failed: Operation not permitted')).toEqual([]);
  });

  test('a kernel without VXLAN is told apart from one that forbids namespaces', () => {
    const output = ALL.replace('ok vxlan', 'RTNETLINK answers: Operation not supported');
    expect(adviceOf('kernel vxlan', output)).toContain('modprobe vxlan');
    expect(adviceOf('kernel veth', output)).toBeUndefined();
  });

  test('Ubuntu lets the namespace be made and takes the capabilities away: the advice is its sysctl', () => {
    const advice = adviceOf('kernel tmpfs', 'ok userns\nmount: /tmp: permission denied.', [
      'kernel.apparmor_restrict_unprivileged_userns=0',
    ]);
    expect(advice).toBe(
      'allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; or run cnilab as root',
    );
  });

  test('without such a switch the advice is about what is around the process', () => {
    expect(adviceOf('user namespaces', '')).toContain('seccomp');
  });
});

test('only switches that stand in the way are named', () => {
  const values: Record<string, string> = {
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1',
    '/proc/sys/user/max_user_namespaces': '96365',
  };
  expect(forbiddingSwitches((file) => values[file])).toEqual([
    'kernel.apparmor_restrict_unprivileged_userns=0',
  ]);
});
