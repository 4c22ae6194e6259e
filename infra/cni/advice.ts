// What to do about the errors that people meet most with the reference plugins.

interface Known {
  readonly code?: number | undefined;
  readonly msg: string;
  readonly details?: string | undefined;
  readonly stderr?: string | undefined;
  readonly network?: string | undefined;
}

export const INSTALL_PLUGINS =
  'install the plugins (Debian, Ubuntu: apt-get install containernetworking-plugins; elsewhere unpack the release of ' +
  'github.com/containernetworking/plugins into /opt/cni/bin)';

const KNOWN: readonly (readonly [RegExp, (found: Known, match: RegExpExecArray) => string])[] = [
  [
    /failed to find plugin "([^"]+)"/,
    (_, match) => `The plugin delegates to "${match[1]}", which is not there: ${INSTALL_PLUGINS}.`,
  ],
  [
    /no IP addresses available in range set/,
    ({ network }) =>
      `Every address of the range is leased. Remove pods, widen the subnet, or look for leases of pods that are gone in the ipam dataDir (default /var/lib/cni/networks/${network ?? '<network>'}).`,
  ],
  [
    /requested IP address .* is not available|requested ip address .* is not available/i,
    () => 'The address that was asked for is leased already, or outside the range.',
  ],
  [/duplicate allocation/, () => 'This interface has an address already: DEL must come before the next ADD.'],
  [
    /already has an IP address different from/,
    () =>
      'The bridge still has the address of an earlier network: delete the bridge, or set "forceAddress": true.',
  ],
  [
    /subnet\.env: no such file/,
    () => 'flannel has not written its subnet file yet: the network must be applied before pods are made.',
  ],
  [
    /executable file not found in \$PATH|failed to locate iptables/,
    () => 'The plugin needs that tool: install it (apt-get install iptables).',
  ],
  [
    /ARGS: unknown args/,
    () => 'The plugin does not know a key of CNI_ARGS: leave it out, or pass IgnoreUnknown=1.',
  ],
  [
    /failed to (?:Statfs|open netns)|no such file or directory.*\/ns\/net/,
    () => 'The network namespace is gone: the pod’s pause process must be running during ADD.',
  ],
  [
    /operation not permitted/i,
    () => 'The plugin lacks CAP_NET_ADMIN in the user namespace that owns the node’s network namespace.',
  ],
];

/** One sentence, or nothing when we know no better than the message itself. */
export function adviceFor(found: Known): string | undefined {
  if (found.code === 1) {
    return `Set the cniVersion of network ${found.network ?? ''} to one that every plugin of the list knows, or install newer plugins.`;
  }
  const text = [found.msg, found.details, found.stderr].join('\n');
  for (const [pattern, advice] of KNOWN) {
    const match = pattern.exec(text);
    if (match) return advice(found, match);
  }
  return undefined;
}
