// What the runtime's `network inspect` says, as far as addresses go.
import { overlaps, parseCidr } from '../../lab/cidr.ts';
import { STACK_LABEL } from './kind-facts.ts';

export interface KnownNetwork {
  readonly name: string;
  readonly cidr: string;
  /** Whose it is, when it is a network of a lab. */
  readonly stack?: string;
  /** It is no network of the runtime, but an interface of this machine. */
  readonly isInterface?: true;
}

interface Inspected {
  // docker and nerdctl
  readonly Name?: string;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] | null };
  readonly Labels?: Readonly<Record<string, string>> | null;
  // podman 4 and newer
  readonly name?: string;
  readonly subnets?: readonly { readonly subnet?: string }[] | null;
  readonly labels?: Readonly<Record<string, string>> | null;
}

/** One entry for every range of every network. @param json what `network inspect` prints */
export function parseNetworks(json: string): readonly KnownNetwork[] {
  return (JSON.parse(json) as readonly Inspected[]).flatMap((network) => {
    const name = network.Name ?? network.name ?? '';
    const stack = (network.Labels ?? network.labels)?.[STACK_LABEL];
    const subnets = [
      ...(network.IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
      ...(network.subnets ?? []).map(({ subnet }) => subnet),
    ];
    return subnets.flatMap((cidr) => (cidr ? [{ name, cidr, ...(stack !== undefined && { stack }) }] : []));
  });
}

export function foundOverlap(
  wanted: readonly string[],
  networks: readonly KnownNetwork[],
): KnownNetwork | undefined {
  const ranges = wanted.map((cidr) => parseCidr(cidr));
  return networks.find(({ cidr }) => ranges.some((range) => overlaps(range, parseCidr(cidr))));
}
