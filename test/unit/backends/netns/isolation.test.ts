import { describe, expect, it } from 'vitest';
import { chooseIsolation, type IsolationFacts } from '../../../../infra/backends/netns/isolation.ts';

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
});
