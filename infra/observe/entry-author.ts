// Who wrote a forwarding or neighbour entry, in the one vocabulary that every output has. The kernel tells by the flags whether
// it learned an entry by itself; who put one there it does not tell. Pure.
import { FLANNEL_DEVICE } from './creator.ts';
import { isGroup } from './packets/mac.ts';

/** States of bridge(8) that say how an entry got there; "stale" and "" only say how long ago a learned one was last used. */
export const STATES = ['permanent', 'static'];
/** Flags that mean somebody put the entry there. */
const ADDED = ['extern_learn', 'sticky', 'offload'];

/** Whether the kernel has learned a forwarding entry from a frame: no packet makes any other. */
export function isLearnedEntry({
  mac,
  flags,
}: {
  readonly mac: string;
  readonly flags: readonly string[];
}): boolean {
  return !flags.some((flag) => STATES.includes(flag) || ADDED.includes(flag)) && !isGroup(mac);
}

/** Of an entry that was not learned and is not the kernel's own. @param dev whose entry it is: flannel's devices have flannel's entries */
export function putThereBy(dev: string | undefined): string {
  return `put there by ${dev !== undefined && FLANNEL_DEVICE.test(dev) ? 'flannel' : 'a program'} or by hand`;
}
