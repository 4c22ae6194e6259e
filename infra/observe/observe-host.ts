// Reads one node or pod: a single command on it, then parsing.
import { randomUUID } from 'node:crypto';
import type { Host } from '../backends/host.ts';
import { CNI_CONFIG_DIR, pickNetwork } from '../cni/config-dir.ts';
import { aheadOf, localNs } from './clocks.ts';
import type { PickNetwork } from './parse-files.ts';
import { parseHostSections } from './parse-host.ts';
import { DEFAULT_LEASE_DIRS, FOR_PREDICTION, OBSERVE_SCRIPT } from './script.ts';
import { MARK_PREFIX, ObserveError } from './sections.ts';
import type { HostSnapshot } from './snapshot.ts';

export interface ObserveOptions {
  readonly signal?: AbortSignal;
  /** Says which CNI configuration file the runtime takes. @default as containerd chooses (cni/config-dir.ts) */
  readonly pickNetwork?: PickNetwork;
  /** host-local data directories. @default /run/cni-ipam-state and /var/lib/cni/networks */
  readonly leaseDirs?: readonly string[];
  /** Also read everything that decides a packet's way (`HostSnapshot.forwarding`). @default false */
  readonly forwarding?: boolean;
}

export interface ObserveLabOptions extends ObserveOptions {
  /** Whether to look into the pod of that name; of others there is what the nodes and CNI say. @default all */
  readonly pods?: (name: string) => boolean;
}

/**
 * Everything worth knowing of one network namespace, from one moment.
 * @throws ObserveError naming the host and the tool that did not answer as expected
 * @throws HostError when nothing can be run there
 */
export async function observeHost(
  host: Host,
  role: 'node' | 'pod',
  options: ObserveOptions = {},
): Promise<HostSnapshot> {
  const mark = `${MARK_PREFIX}${randomUUID()}`;
  const leaseDirs = options.leaseDirs ?? DEFAULT_LEASE_DIRS;
  const asked = options.forwarding ? `${role}${FOR_PREDICTION}` : role;
  const { cniConfigDir = CNI_CONFIG_DIR } = host;
  const argv = ['sh', '-c', OBSERVE_SCRIPT, 'observe', mark, asked, cniConfigDir, ...leaseDirs];
  const askedNs = localNs();
  const result = await host.run(argv, options.signal && { signal: options.signal });
  const aheadNs = aheadOf(result, askedNs, localNs());
  try {
    const snapshot = parseHostSections(result.stdout, result.stderr, {
      role,
      pickNetwork: options.pickNetwork ?? pickNetwork,
      forwarding: options.forwarding ?? false,
      cniConfigDir,
    });
    return { ...snapshot, aheadNs };
  } catch (error) {
    if (!(error instanceof ObserveError)) throw error;
    throw new ObserveError(`cannot observe ${host.name}: ${error.message}`, { cause: error });
  }
}
