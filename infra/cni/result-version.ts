// One result in another version of the protocol (CNI spec, "Result Types", and libcni's GetAsVersion).
import { atLeast, SUPPORTED_VERSIONS } from './version.ts';

type Json = Readonly<Record<string, unknown>>;

/** 0.1.0 and 0.2.0: one address a family, each with its routes. */
const isOldest = (version: string) => !atLeast(version, '0.3.0');

/**
 * Unchanged when it is in that version already. Interfaces are lost on the way to 0.2.0 and before, which have none, and
 * so are all addresses but the first of each family.
 * @param raw as a plugin printed it; one that does not say its version is taken to be in the one asked for
 * @returns undefined when its version is not one of the protocol's
 */
export function resultInVersion(raw: object, version: string): object | undefined {
  const result = raw as Json;
  const { cniVersion: said } = result;
  if (said === undefined || said === null || said === '') return { ...raw, cniVersion: version };
  if (said === version) return raw;
  if (!SUPPORTED_VERSIONS.some((known) => known === said)) return undefined;
  const from = said as string;
  const full = isOldest(from) ? fromOldest(result) : result;
  return { ...(isOldest(version) ? toOldest(full) : toFull(full, version)), cniVersion: version };
}

/** 1.0.0 took the family out of each address. */
function toFull(result: Json, version: string): Json {
  if (!Array.isArray(result.ips)) return result;
  const ips = objects(result.ips).map(({ version: _, ...ip }) =>
    atLeast(version, '1.0.0') ? ip : { version: isIpv6(ip.address) ? '6' : '4', ...ip },
  );
  return { ...result, ips };
}

function fromOldest({ ip4, ip6, dns, ...rest }: Json): Json {
  const families = [ip4, ip6].filter(isObject);
  return {
    ...rest,
    ips: families.map(({ ip, gateway }) => ({ address: ip, ...(gateway !== undefined && { gateway }) })),
    routes: families.flatMap(({ routes }) => objects(routes)),
    dns: dns ?? {},
  };
}

function toOldest({ ips, routes, dns }: Json): Json {
  const family = (six: boolean) => {
    const ip = objects(ips).find(({ address }) => isIpv6(address) === six);
    const own = objects(routes).filter(({ dst }) => isIpv6(dst) === six);
    return (
      ip && {
        ip: ip.address,
        ...(ip.gateway !== undefined && { gateway: ip.gateway }),
        ...(own.length > 0 && {
          routes: own.map(({ dst, gw }) => ({ dst, ...(gw !== undefined && { gw }) })),
        }),
      }
    );
  };
  const [ip4, ip6] = [family(false), family(true)];
  return { ...(ip4 && { ip4 }), ...(ip6 && { ip6 }), dns: dns ?? {} };
}

function isIpv6(address: unknown): boolean {
  return `${address}`.includes(':');
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
