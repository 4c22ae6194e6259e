// The result of an ADD in one shape, whatever version of the protocol it was written in (CNI spec, "ADD Success").
import { z } from 'zod';

export interface ResultInterface {
  readonly name: string;
  readonly mac: string;
  /** Path of the network namespace; empty for an interface of the node. */
  readonly sandbox: string;
}
export interface ResultIp {
  /** With prefix length. */
  readonly address: string;
  /** Empty when there is none. */
  readonly gateway: string;
  /** Index into interfaces. */
  readonly interface?: number;
}
export interface ResultRoute {
  readonly dst: string;
  readonly gw?: string;
}

export interface AddResult {
  readonly cniVersion: string;
  readonly interfaces: readonly ResultInterface[];
  readonly ips: readonly ResultIp[];
  readonly routes: readonly ResultRoute[];
  readonly dns: Readonly<Record<string, unknown>>;
  /** Exactly what the last plugin printed, parsed. */
  readonly raw: unknown;
}

const versioned = z.looseObject({ cniVersion: z.string().optional() });
const route = z.looseObject({ dst: z.string(), gw: z.string().optional() });
const ip4or6 = z.looseObject({
  ip: z.string(),
  gateway: z.string().optional(),
  routes: z.array(route).nullish(),
});
const dns = z.record(z.string(), z.unknown()).nullish();
/** 0.1.0 and 0.2.0: at most one address of each family. */
const oldResult = z.looseObject({ ip4: ip4or6.nullish(), ip6: ip4or6.nullish(), dns });
/** 0.3.0 to 1.1.0; what 1.0.0 dropped (ips[].version) and 1.1.0 added (mtu, …) stays in raw. */
const result = z.looseObject({
  interfaces: z
    .array(z.looseObject({ name: z.string(), mac: z.string().optional(), sandbox: z.string().nullish() }))
    .nullish(),
  ips: z
    .array(
      z.looseObject({
        address: z.string(),
        gateway: z.string().optional(),
        interface: z.int().nullish(),
      }),
    )
    .nullish(),
  routes: z.array(route).nullish(),
  dns,
});

/**
 * @param raw what the plugin printed, parsed
 * @param cniVersion for a result that does not say its own
 * @throws ZodError when it is not a result
 */
export function parseAddResult(raw: unknown, cniVersion: string): AddResult {
  const { cniVersion: version = cniVersion } = versioned.parse(raw);
  if (version === '0.1.0' || version === '0.2.0') return fromOld(oldResult.parse(raw), version, raw);
  const parsed = result.parse(raw);
  return {
    cniVersion: version,
    interfaces: (parsed.interfaces ?? []).map(({ name, mac = '', sandbox }) => ({
      name,
      mac,
      sandbox: sandbox ?? '',
    })),
    ips: (parsed.ips ?? []).map(({ address, gateway = '', interface: index }) => ({
      address,
      gateway,
      ...(typeof index === 'number' && { interface: index }),
    })),
    routes: (parsed.routes ?? []).map(toRoute),
    dns: parsed.dns ?? {},
    raw,
  };
}

function fromOld({ ip4, ip6, dns }: z.infer<typeof oldResult>, cniVersion: string, raw: unknown): AddResult {
  const families = [ip4, ip6].filter((family) => family !== null && family !== undefined);
  return {
    cniVersion,
    interfaces: [],
    ips: families.map(({ ip, gateway = '' }) => ({ address: ip, gateway })),
    routes: families.flatMap(({ routes }) => (routes ?? []).map(toRoute)),
    dns: dns ?? {},
    raw,
  };
}

function toRoute({ dst, gw }: z.infer<typeof route>): ResultRoute {
  return { dst, ...(gw !== undefined && gw !== '' && { gw }) };
}

/** What a pod's status needs of a result; empty where the result does not say. */
export interface ResultFacts {
  /** Of the container's interface, without prefix length, IPv4 before IPv6. */
  readonly address: string;
  /** The first IPv6 one, where there is one beside an IPv4 one. */
  readonly address6?: string;
  readonly mac: string;
  /** Node end of the veth. */
  readonly hostVeth: string;
  /** Bridge that the node end is a port of. */
  readonly bridge: string;
}

/** @param ifName the interface in the container, such as eth0 */
export function resultFacts({ interfaces, ips }: AddResult, ifName: string): ResultFacts {
  const index = interfaces.findIndex(({ name, sandbox }) => name === ifName && sandbox !== '');
  // ptp says [veth, eth0] and bridge [bridge, veth, eth0]; plugins chained behind them append.
  const onNode = interfaces.slice(0, Math.max(index, 0)).filter(({ sandbox }) => sandbox === '');
  const own = ips.filter((ip) => ip.interface === undefined || ip.interface === index);
  const isIpv6 = ({ address }: ResultIp) => address.includes(':');
  const first = own.find((ip) => !isIpv6(ip)) ?? own[0];
  const second = own.find((ip) => isIpv6(ip) && ip !== first);
  return {
    address: first?.address.split('/')[0] ?? '',
    ...(second && { address6: second.address.split('/')[0] ?? '' }),
    mac: interfaces[index]?.mac ?? '',
    hostVeth: onNode.at(-1)?.name ?? '',
    bridge: onNode.length > 1 ? (onNode.at(-2)?.name ?? '') : '',
  };
}
