// What identifies a sandbox, and the cheap questions that need no process to answer.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { bootId, processStart } from '../../util/process-identity.ts';
import type { ClusterHandle } from '../backend.ts';

export interface SandboxFacts {
  /** PID 1 of the sandbox, as the machine sees it. */
  readonly holder: number;
  readonly holderStart: string;
  readonly bootId: string;
  /** The keeper's PID inside the sandbox. */
  readonly keeper: number;
  /** The machine's uid and gid that everything in the sandbox has; -1: the caller's own. */
  readonly uid: number;
  readonly gid: number;
}

/** The facts of a handle that this backend made. */
export function sandboxFacts(handle: ClusterHandle): SandboxFacts {
  const { holder, holderStart, bootId: boot, keeper, uid, gid } = handle.facts;
  return {
    holder: Number(holder),
    holderStart: String(holderStart),
    bootId: String(boot),
    keeper: Number(keeper),
    uid: Number(uid),
    gid: Number(gid),
  };
}

/** Whether the holder is still the very process that was started. */
export function isHolderAlive(facts: SandboxFacts): boolean {
  return facts.bootId === bootId() && processStart(facts.holder) === facts.holderStart;
}

/** Whether a process (PID inside the sandbox) runs there. */
export function isAliveInside(facts: SandboxFacts, pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${facts.holder}/root/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/**
 * A file directly in the sandbox's /lab, or undefined. Never follows a link: a link made inside would be resolved
 * against the machine's root. Never waits for a pipe that was put in its place (open(2), O_NONBLOCK).
 * @throws Error when it is no regular file
 */
export function readLabFile(facts: SandboxFacts, name: string): Buffer | undefined {
  const file = labPath(facts, name);
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if (!fstatSync(fd).isFile()) throw new Error(`/lab/${name} of the lab is no regular file any more`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where the machine sees /lab/<name>. */
export function labPath(facts: SandboxFacts, name: string): string {
  return `/proc/${facts.holder}/root/lab/${name}`;
}

/**
 * PID (inside) of a node's keeper; undefined when there is no such node or it is dead. A lab can write into /lab: PID 1, whose
 * network is the machine's, is never taken for a node's.
 */
export function nodePid(facts: SandboxFacts, node: string): number | undefined {
  const pid = Number(readLabFile(facts, `node-${node}`)?.toString());
  return Number.isInteger(pid) && pid > 1 && isAliveInside(facts, pid) ? pid : undefined;
}
