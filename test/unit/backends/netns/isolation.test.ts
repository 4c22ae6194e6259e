import { describe, expect, it } from 'vitest';
import {
  chooseIsolation,
  type IsolationFacts,
  kernelRefusal,
} from '../../../../infra/backends/netns/isolation.ts';
import { hasId } from '../../../../infra/backends/netns/lab-user.ts';

const open: IsolationFacts = {
  isRoot: false,
  maxUserNamespaces: 15000,
  unprivilegedClone: true,
  apparmorRestricts: false,
};

describe('isolation', () => {
  it('is rootless wherever the kernel allows it, for root too', () => {
    expect(chooseIsolation('auto', open)).toBe('rootless');
    expect(chooseIsolation('auto', { ...open, isRoot: true })).toBe('rootless');
  });

  it('is root only where asked for, or where ordinary users are refused and root calls', () => {
    expect(chooseIsolation('root', { ...open, isRoot: true })).toBe('root');
    expect(chooseIsolation('auto', { ...open, apparmorRestricts: true, isRoot: true })).toBe('root');
    expect(chooseIsolation('auto', { ...open, unprivilegedClone: false, isRoot: true })).toBe('root');
  });

  it('says what forbids it and which command allows it', () => {
    expect(chooseIsolation('auto', { ...open, apparmorRestricts: true })).toMatchInlineSnapshot(`
      {
        "fix": "run the same command with sudo, or as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        "reason": "ordinary users may not make user namespaces here (AppArmor restricts them: kernel.apparmor_restrict_unprivileged_userns is 1)",
      }
    `);
    expect(chooseIsolation('auto', { ...open, maxUserNamespaces: 0 })).toMatchObject({
      reason: expect.stringContaining('user.max_user_namespaces is 0'),
    });
    expect(chooseIsolation('auto', { ...open, maxUserNamespaces: undefined })).toMatchObject({
      fix: expect.stringContaining('CONFIG_USER_NS'),
    });
    expect(chooseIsolation('root', open)).toMatchObject({ fix: expect.stringContaining('sudo') });
    expect(chooseIsolation('rootless', { ...open, apparmorRestricts: true, isRoot: true })).toMatchObject({
      reason: expect.stringContaining('AppArmor'),
    });
  });

  it('tells what is behind an unshare that failed', () => {
    const full = kernelRefusal('unshare: unshare failed: No space left on device\n');
    expect(full?.reason).toContain('limit');
    expect(full?.fix).toContain('sysctl -w user.max_user_namespaces');
    const refused = kernelRefusal('unshare: unshare failed: Operation not permitted\n');
    expect(refused?.reason).toContain('(Operation not permitted)');
    expect(refused?.fix).toContain('seccomp=unconfined');
    const map = kernelRefusal('unshare: write failed /proc/self/uid_map: Operation not permitted\n');
    expect(map).toEqual(refused);
  });

  it('leaves what others said as it is', () => {
    expect(kernelRefusal('mount: /mnt: permission denied.\n')).toBeUndefined();
    expect(kernelRefusal('')).toBeUndefined();
  });
});

describe('the account that labs of root have', () => {
  it('is there on a machine, and in containers that map enough', () => {
    expect(hasId('         0          0 4294967295\n')).toBe(true);
    expect(hasId('         0       1000          1\n         1     100000      65536\n')).toBe(true);
  });

  it('is not there where root is one in a user namespace only', () => {
    expect(hasId('         0       1000          1\n')).toBe(false);
    expect(hasId('')).toBe(false);
  });
});
