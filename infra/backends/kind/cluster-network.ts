// The network of the runtime that a cluster's nodes are on: the lab's underlay, nobody else's.
import { networkInterfaces } from 'node:os';
import { overlaps, parseCidr } from '../../lab/cidr.ts';
import type { ClusterSpec } from '../backend.ts';
import { CLUSTER_LABEL, type KindFacts, STACK_LABEL } from './kind-facts.ts';
import { foundOverlap, type KnownNetwork, parseNetworks } from './known-networks.ts';
import type { Runtime } from './runtime.ts';

/** Makes it. @throws Error that names the network which has these addresses already */
export async function createNetwork(
  runtime: Runtime,
  spec: Pick<ClusterSpec, 'stack' | 'underlay'>,
  facts: KindFacts,
  signal: AbortSignal,
): Promise<void> {
  const { underlay } = spec;
  const wanted = [underlay.cidr, underlay.cidr6].filter((cidr) => cidr !== undefined);
  const taken = interfaceOverlap(wanted, networkInterfaces());
  try {
    if (taken) throw new Error(`${taken.name} has ${taken.cidr} already`);
    await runtime.run(createArgs(spec, facts), signal);
  } catch (error) {
    signal.throwIfAborted();
    const other = foundOverlap(wanted, await knownNetworks(runtime, signal)) ?? taken;
    throw other === undefined ? error : new Error(overlapMessage(wanted, other, runtime.name));
  }
}

export function createArgs({ stack, underlay }: Pick<ClusterSpec, 'stack' | 'underlay'>, facts: KindFacts) {
  const range = (cidr: string, gateway: string) => ['--subnet', cidr, '--gateway', gateway];
  const { cidr6, gateway6 } = underlay;
  return [
    ...['network', 'create', '--driver', 'bridge'],
    ...range(underlay.cidr, underlay.gateway),
    ...(cidr6 && gateway6 ? ['--ipv6', ...range(cidr6, gateway6)] : []),
    ...['--label', `${CLUSTER_LABEL}=${facts.id}`, '--label', `${STACK_LABEL}=${stack}`],
    facts.cluster,
  ];
}

/** Identifiers of the networks that bear the cluster's label: one, or none. */
export function listNetworks(runtime: Runtime, { id }: KindFacts, signal: AbortSignal) {
  return runtime.lines(['network', 'ls', '--quiet', '--filter', `label=${CLUSTER_LABEL}=${id}`], signal);
}

/** What this machine has on its own, apart from the runtime: a network over it would cut the machine off. */
export function interfaceOverlap(
  wanted: readonly string[],
  interfaces: Readonly<Record<string, readonly { readonly cidr: string | null }[] | undefined>>,
): KnownNetwork | undefined {
  const ranges = wanted.map((cidr) => parseCidr(cidr));
  for (const [name, addresses = []] of Object.entries(interfaces)) {
    const cidr = addresses.find(
      (address) => address.cidr && ranges.some((range) => overlaps(range, parseCidr(address.cidr ?? ''))),
    )?.cidr;
    if (cidr) return { name, cidr, isInterface: true };
  }
  return undefined;
}

async function knownNetworks(runtime: Runtime, signal: AbortSignal): Promise<readonly KnownNetwork[]> {
  const names = await runtime.lines(['network', 'ls', '--format', '{{.Name}}'], signal);
  return names.length === 0 ? [] : parseNetworks(await runtime.run(['network', 'inspect', ...names], signal));
}

function overlapMessage(
  wanted: readonly string[],
  { name, cidr, stack, isInterface }: KnownNetwork,
  runtime: string,
) {
  const what = `the lab wants the addresses ${wanted.join(' and ')} for its nodes, and`;
  const other = 'give the lab another cluster.underlay (and addresses that fit it)';
  if (isInterface) return `${what} this machine's interface ${name} is in that range (${cidr})\n${other}`;
  if (stack !== undefined)
    return `${what} the stack ${stack} has them (${runtime} network ${name}, ${cidr})\nend that one first, or ${other}`;
  return `${what} the ${runtime} network ${name} has them (${cidr})\nif nothing needs that network: ${runtime} network rm ${name}; else ${other}`;
}
