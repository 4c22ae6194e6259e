// Three witnesses of one flow: what CNI reported, what the kernel's tables say, what the packets did. Which one differs?
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import { endWords } from '../predict/steps.ts';

export type Witness = 'cni' | 'kernel' | 'packets';

export interface Testimony {
  /** Whether, by this witness, the pods reach each other; null when it cannot say. */
  readonly reaches: boolean | null;
  readonly words: string;
}

export interface Evidence {
  readonly cni: Testimony;
  readonly kernel: Testimony & {
    /** The row of kernel state that stops the packet. */
    readonly rule?: { readonly host: string; readonly table: string; readonly line: string };
  };
  readonly packets: Testimony;
  /** The witness that says otherwise than the others that can say; null when they agree, or two are left and differ. */
  readonly disagrees: Witness | null;
  /** In words, for a person. */
  readonly conclusion: string;
}

export interface Ends {
  readonly from: string;
  /** Address that is pinged. */
  readonly to: string;
}

/** Each pod reaches every other by its own address, without NAT: https://kubernetes.io/docs/concepts/services-networking/ */
export function evidenceOf(
  lab: Pick<LabSnapshot, 'attachments'>,
  ends: Ends,
  [exchange]: readonly SeriesExchange[],
  ping: { readonly transmitted: number; readonly received: number },
  lastSeen: string | undefined,
): Evidence {
  const cni = cniSays(lab, ends);
  const kernel = kernelSays(exchange);
  const packets = packetsSay(ping, lastSeen);
  const disagrees = oddOneOut({ cni, kernel, packets });
  return { cni, kernel, packets, disagrees, conclusion: conclude({ cni, kernel, packets }, disagrees) };
}

function cniSays({ attachments }: Pick<LabSnapshot, 'attachments'>, { from, to }: Ends): Testimony {
  const sender = attachments.find(({ pod }) => pod === from);
  const target = attachments.find(({ address, address6 }) => address === to || address6 === to);
  if (sender === undefined || target === undefined) {
    return { reaches: null, words: 'CNI answers for pods only, and one end is none' };
  }
  const gone = [sender, target].find(({ inKernel }) => inKernel === false);
  const own = to.includes(':') ? sender.address6 : sender.address;
  const told = `${sender.pod} has ${own} and ${target.pod} has ${to}`;
  if (gone) return { reaches: true, words: `${told}; but ${gone.pod}'s kernel does not have its address` };
  return { reaches: true, words: `${told}, each on ${sender.ifName}` };
}

function kernelSays(exchange: SeriesExchange | undefined): Evidence['kernel'] {
  if (exchange === undefined) return { reaches: null, words: 'nothing was predicted' };
  const { outcome, end, request, reply } = exchange;
  const reaches = outcome === 'unknown' ? null : outcome === 'delivered';
  const way = reply && request.outcome === 'delivered' && outcome !== 'delivered' ? 'the reply is ' : '';
  const rule = 'rule' in end ? end.rule : undefined;
  return {
    reaches,
    words: reaches ? 'request and reply are delivered' : `${way}${endWords(end)}`,
    ...(rule && { rule: { host: rule.host, table: rule.table, line: rule.line } }),
  };
}

function packetsSay(
  { transmitted, received }: { transmitted: number; received: number },
  lastSeen: string | undefined,
): Testimony {
  if (transmitted === 0) return { reaches: false, words: 'the sender’s kernel let none out' };
  const words = `${received} of ${transmitted} answered`;
  if (received === transmitted) return { reaches: true, words };
  const place = lastSeen === undefined ? 'seen nowhere' : `last seen at ${lastSeen}`;
  // Some and not all: neither witness of a rule nor against it.
  return { reaches: received === 0 ? false : null, words: `${words}; ${place}` };
}

function oddOneOut(says: Readonly<Record<Witness, Testimony>>): Witness | null {
  const { cni, kernel, packets } = says;
  if (kernel.reaches === null || packets.reaches === null || kernel.reaches === packets.reaches) {
    const others = packets.reaches ?? kernel.reaches;
    const agreed = kernel.reaches !== null && packets.reaches !== null;
    return agreed && cni.reaches !== null && cni.reaches !== others ? 'cni' : null;
  }
  // Packets are what happens: without a third witness it is the reading of the kernel that is in doubt.
  return cni.reaches === null || cni.reaches === packets.reaches ? 'kernel' : 'packets';
}

function conclude(says: Readonly<Record<Witness, Testimony>>, odd: Witness | null): string {
  const { kernel, packets } = says;
  if (odd === 'cni') return `CNI reported success, yet kernel and packets agree: ${kernel.words}`;
  if (odd === 'kernel')
    return `what was read of the kernel says: ${kernel.words}; the packets say: ${packets.words}`;
  if (odd === 'packets')
    return `CNI and kernel let them through, the packets did not arrive: ${packets.words}`;
  if (packets.reaches === null || kernel.reaches === null) {
    return `not all can say: kernel: ${kernel.words}; packets: ${packets.words}`;
  }
  return packets.reaches ? 'CNI, kernel and packets agree' : `nobody promised it: ${kernel.words}`;
}
