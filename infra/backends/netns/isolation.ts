// Whether and how this machine lets us make user namespaces. Reads files, starts nothing.
import { readFileSync } from 'node:fs';
import type { ClusterSpec } from '../backend.ts';
import type { Isolation } from './sandbox.ts';

export interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

/** Facts that decide; separate, so that the decision is pure. */
export interface IsolationFacts {
  readonly isRoot: boolean;
  /** user.max_user_namespaces; undefined where there is no such sysctl (a kernel without user namespaces). */
  readonly maxUserNamespaces: number | undefined;
  /** kernel.unprivileged_userns_clone (Debian's and Arch's patch). */
  readonly unprivilegedClone: boolean;
  /** kernel.apparmor_restrict_unprivileged_userns (Ubuntu 23.10 and later). */
  readonly apparmorRestricts: boolean;
}

export function readIsolationFacts(): IsolationFacts {
  const read = (name: string) => {
    try {
      return Number(readFileSync(`/proc/sys/${name}`, 'utf8'));
    } catch {
      return undefined;
    }
  };
  return {
    isRoot: process.getuid?.() === 0,
    maxUserNamespaces: read('user/max_user_namespaces'),
    unprivilegedClone: read('kernel/unprivileged_userns_clone') !== 0,
    apparmorRestricts: read('kernel/apparmor_restrict_unprivileged_userns') === 1,
  };
}

/** The isolation to use for what was asked for, or why there is none. */
export function chooseIsolation(asked: ClusterSpec['isolation'], facts: IsolationFacts): Isolation | Refusal {
  if (facts.maxUserNamespaces === undefined) {
    return { reason: 'this kernel has no user namespaces', fix: 'use a kernel built with CONFIG_USER_NS' };
  }
  if (facts.maxUserNamespaces === 0) {
    return {
      reason: 'user namespaces are forbidden here (user.max_user_namespaces is 0)',
      fix: 'as root: sysctl -w user.max_user_namespaces=15000',
    };
  }
  if (asked === 'root' && !facts.isRoot) {
    return {
      reason: 'isolation "root" needs root',
      fix: 'run the same command with sudo, or use isolation "auto"',
    };
  }
  const restriction = restrictionOf(facts);
  if (restriction === undefined) return asked === 'root' ? 'root' : 'rootless';
  if (asked !== 'rootless' && facts.isRoot) return 'root';
  return {
    reason: `ordinary users may not make user namespaces here (${restriction.why})`,
    fix: `run the same command with sudo, or as root: ${restriction.command}`,
  };
}

/**
 * What is behind the words of an unshare(1) that failed although nothing readable forbids it: limits of a namespace
 * above, seccomp filters and chroots are seen only by trying (unshare(2), EPERM and ENOSPC; user_namespaces(7)).
 */
export function kernelRefusal(stderr: string): Refusal | undefined {
  const said = /^unshare: .*: (.+)$/m.exec(stderr)?.[1];
  if (said === undefined) return undefined;
  if (said === 'No space left on device') {
    return {
      reason: 'the kernel makes no further user namespace: the limit here or of a namespace above is reached',
      fix: 'as root, outside of any container: sysctl -w user.max_user_namespaces=15000',
    };
  }
  return {
    reason: `the kernel refuses to make a user namespace here, as in a chroot or a hardened container (${said})`,
    fix:
      'run it outside, or start the container with: --security-opt seccomp=unconfined ' +
      '--security-opt apparmor=unconfined --security-opt systempaths=unconfined',
  };
}

function restrictionOf(facts: IsolationFacts): { why: string; command: string } | undefined {
  if (!facts.unprivilegedClone) {
    return {
      why: 'kernel.unprivileged_userns_clone is 0',
      command: 'sysctl -w kernel.unprivileged_userns_clone=1',
    };
  }
  if (facts.apparmorRestricts) {
    const command = 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
    return { why: 'AppArmor restricts them: kernel.apparmor_restrict_unprivileged_userns is 1', command };
  }
  return undefined;
}
