// What is at the other end of a veth: an interface of an observed host, or a segment that nobody observed.
import type { Kernel, Link } from './kernel.ts';

export interface Port {
  readonly kernel: Kernel;
  readonly link: Link;
}

export type FarEnd =
  | { readonly kind: 'port'; readonly port: Port; readonly proof: string }
  /** Interfaces whose other ends are in one netns that was not observed: taken for one Ethernet segment. */
  | { readonly kind: 'segment'; readonly others: readonly Port[]; readonly proof: string }
  /** The other end is deleted or was never told. */
  | { readonly kind: 'nothing'; readonly words: string };

/** Finds far ends by (netns, ifindex): IFLA_LINK and IFLA_LINK_NETNSID (rtnetlink(7)). */
export class Wires {
  readonly #kernels: readonly Kernel[];

  constructor(kernels: readonly Kernel[]) {
    this.#kernels = kernels;
  }

  farEnd({ kernel, link }: Port): FarEnd {
    if (link.peerNetnsid === undefined) return this.#inSameNetns(kernel, link);
    const inode = kernel.netnsids.get(link.peerNetnsid);
    const named = inode === undefined ? undefined : this.#kernels.find((k) => k.netns === inode);
    if (named) {
      const peer = [...named.links.values()].find((l) => l.ifindex === link.peerIfindex);
      if (peer)
        return {
          kind: 'port',
          port: { kernel: named, link: peer },
          proof: `${inode} ifindex ${peer.ifindex}`,
        };
      return { kind: 'nothing', words: `${named.name} has no interface ${link.peerIfindex}` };
    }
    if (inode === undefined) {
      const pointsBack = this.#pointingBack({ kernel, link });
      if (pointsBack) return { kind: 'port', port: pointsBack, proof: 'both ends name each other' };
    }
    const here = segmentOf({ kernel, link });
    const others = this.#kernels.flatMap((k) =>
      [...k.links.values()]
        .filter(
          (l) => l.kind === 'veth' && l.peerNetnsid !== undefined && !(k === kernel && l.name === link.name),
        )
        .map((l) => ({ kernel: k, link: l }))
        .filter((port) => segmentOf(port) === here && !this.#isWired(port)),
    );
    return { kind: 'segment', others, proof: here };
  }

  #inSameNetns(kernel: Kernel, link: Link): FarEnd {
    // iproute2 prints the name instead of the index of a peer in the same netns.
    const peer =
      (link.lower === undefined ? undefined : kernel.link(link.lower)) ??
      [...kernel.links.values()].find((l) => l.ifindex === link.peerIfindex && l.name !== link.name);
    if (peer) return { kind: 'port', port: { kernel, link: peer }, proof: `peer in the same netns` };
    return { kind: 'nothing', words: `${link.name} has no other end` };
  }

  /** A netns that cannot number others (a pod is not asked) is found by those that can number it. */
  #pointingBack({ kernel, link }: Port): Port | undefined {
    const candidates = this.#kernels.flatMap((k) =>
      [...k.links.values()]
        .filter(
          (l) =>
            l.kind === link.kind &&
            l.ifindex === link.peerIfindex &&
            l.peerIfindex === link.ifindex &&
            l.peerNetnsid !== undefined &&
            k !== kernel,
        )
        .map((l) => ({ kernel: k, link: l })),
    );
    const proven = candidates.filter(
      (c) => kernel.netns !== undefined && c.kernel.netnsids.get(c.link.peerNetnsid ?? -1) === kernel.netns,
    );
    if (proven.length > 0) return proven[0];
    const open = candidates.filter((c) => c.kernel.netnsids.get(c.link.peerNetnsid ?? -1) === undefined);
    return open.length === 1 ? open[0] : undefined;
  }

  #isWired(port: Port): boolean {
    const { kernel, link } = port;
    const inode = kernel.netnsids.get(link.peerNetnsid ?? -1);
    if (inode !== undefined) return this.#kernels.some((k) => k.netns === inode);
    return this.#pointingBack(port) !== undefined;
  }
}

/** The netns beyond, where the kernel tells it; else the subnet: hosts of one subnet see each other. */
function segmentOf({ kernel, link }: Port): string {
  const inode = kernel.netnsids.get(link.peerNetnsid ?? -1);
  if (inode !== undefined) return inode;
  const own = kernel.addresses.find((a) => a.dev === link.name && a.prefix < 32);
  if (own === undefined) return `${kernel.name} ${link.name}`;
  const subnet = kernel.tables
    .get('main')
    ?.find((r) => r.dev === link.name && r.protocol === 'kernel' && r.via === undefined);
  return `subnet ${subnet?.dst ?? own.address}`;
}
