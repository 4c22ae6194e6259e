// The CNI runtime's result cache (libcni, kind cniCacheV1): which ports of a node it has asked the plugins to lead to pods.
import { z } from 'zod';
import { CACHE_DIR } from './script.ts';
import type { PortMappingRow } from './snapshot.ts';

/** The conventions say hostPort; containerd writes HostPort, which plugins read all the same (encoding/json ignores case). */
const mapping = z.preprocess(
  inLowerCase,
  z
    .object({
      hostport: z.int(),
      containerport: z.int(),
      // Kubernetes' runtimes write it in either case.
      protocol: z.string().default('tcp'),
      hostip: z.string().optional(),
    })
    .transform(({ hostport: hostPort, containerport: containerPort, protocol, hostip: hostIP }) => ({
      ...{ hostPort, containerPort, protocol, hostIP },
    })),
);
const entry = z.object({
  containerId: z.string(),
  capabilityArgs: z.object({ portMappings: z.array(mapping) }),
});

/** @param files by path, as read on the node; those that are no cache entry, or have no port mappings, are passed over */
export function portMappingRows(files: ReadonlyMap<string, string>): readonly PortMappingRow[] {
  return [...files].flatMap(([path, text]) => (path.startsWith(CACHE_DIR) ? mappingsIn(text) : []));
}

function mappingsIn(text: string): readonly PortMappingRow[] {
  const parsed = entry.safeParse(jsonOf(text));
  if (!parsed.success) return [];
  const { containerId, capabilityArgs } = parsed.data;
  return capabilityArgs.portMappings.flatMap(({ protocol, hostIP, ...ports }) => {
    const known = (['tcp', 'udp'] as const).find((one) => one === protocol.toLowerCase());
    // A container port without a hostPort is on record as 0: nothing is asked for.
    if (!known || ports.hostPort === 0) return [];
    const own = hostIP === undefined || /^$|^0\.0\.0\.0$|:/.test(hostIP) ? {} : { hostIP };
    return [{ containerId, ...ports, protocol: known, ...own }];
  });
}

function inLowerCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key.toLowerCase(), one]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
