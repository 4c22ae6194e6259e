// Network namespaces that a node sees, each with a process in it: what a node can enter.
import { z } from 'zod';
import type { Host } from '../backends/host.ts';

export interface HeldNetns {
  /** As `net:[4026532…]`. */
  readonly netns: string;
  /** Whether the node's kernel has a number for it, as it has for those that its veths lead to (RTM_GETNSID). */
  readonly numbered: boolean;
  /** The lowest PID there, as the node's /proc shows it. */
  readonly pid: number;
}

/** `lsns -J`; columns that were not asked for are not there. */
export const lsnsJson = z.object({
  namespaces: z.array(
    z.looseObject({
      ns: z.union([z.int(), z.string()]),
      // Null when the process that held it has ended while lsns looked.
      netnsid: z.string().nullable(),
      pid: z.int().nullable().optional(),
    }),
  ),
});

/** Whether the kernel has a number for it: lsns writes "unassigned" otherwise. */
export function isNumbered(netnsid: string | null): netnsid is string {
  return /^\d+$/.test(netnsid ?? '');
}

/** As the link in /proc/PID/ns is written. */
export function netnsName(ns: number | string): string {
  return `net:[${ns}]`;
}

/** Empty where lsns cannot tell: it gives up without a word when a process ends while it looks at it. */
export async function heldNetns(node: Host, signal?: AbortSignal): Promise<readonly HeldNetns[]> {
  const argv = ['lsns', '-t', 'net', '-J', '-o', 'NS,NETNSID,PID'];
  const { stdout } = await node.run(argv, signal && { signal });
  const parsed = lsnsJson.safeParse(jsonOf(stdout));
  if (!parsed.success) return [];
  return parsed.data.namespaces.flatMap(({ ns, netnsid, pid }) =>
    pid == null ? [] : [{ netns: netnsName(ns), numbered: isNumbered(netnsid), pid }],
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
