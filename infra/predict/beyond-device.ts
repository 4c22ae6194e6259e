// What may stop or turn a frame at a device before or behind the parts that are modelled: XDP, traffic control, netdev
// hooks. Where there is such a thing, nothing is foretold.
import type { Rule } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { rulesBeyond } from './netfilter/rules-beyond.ts';

/** Queues that let every packet through in the end, unless there are too many (tc(8)); rates are not modelled. */
const QUEUES = ['noqueue', 'pfifo_fast', 'pfifo', 'bfifo', 'fq', 'fq_codel', 'codel', 'sfq', 'mq', 'tbf'];
/** The bandwidth plugin's device: its ingress qdisc sends everything through there and back (CNI plugins, bandwidth). */
const BANDWIDTH_IFB = /^bwp[0-9a-f]+$/;

/** @returns why the fate of a frame that comes in or goes out there cannot be told, if so */
export function beyondDevice(
  kernel: Kernel,
  { name, xdp }: Link,
  direction: 'in' | 'out',
): { readonly words: string; readonly rule?: Rule } | undefined {
  if (xdp && direction === 'in') {
    return { words: `unknown: an XDP program at ${name} of ${kernel.name} is not modelled` };
  }
  const odd = kernel.qdiscs.find(
    ({ dev, kind }) => dev === name && (direction === 'in' ? classifies(kernel, kind) : mayStop(kind)),
  );
  if (odd) return { words: `unknown: qdisc ${odd.kind} at ${name} of ${kernel.name} is not modelled` };
  return rulesBeyond(kernel, 'netdev');
}

/** Filters on the way in hang on one of these two. */
function classifies({ links }: Kernel, kind: string): boolean {
  return kind === 'clsact' || (kind === 'ingress' && ![...links.keys()].some((l) => BANDWIDTH_IFB.test(l)));
}

const mayStop = (kind: string) => !QUEUES.includes(kind) && kind !== 'ingress';
