// The environment of a plugin: nothing but what the specification names, and a PATH for the tools that plugins start.
import type { Attachment } from './attachment.ts';
import type { CniCommand } from './call.ts';

/** iptables and its like live in sbin. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** CNI_PATH is set for every verb: the reference plugins refuse to run without it. */
export function pluginEnv(
  command: CniCommand,
  binDirs: readonly string[],
  attachment?: Attachment,
): Readonly<Record<string, string>> {
  const env = { PATH, CNI_COMMAND: command, CNI_PATH: binDirs.join(':') };
  if (!attachment) return env;
  const { containerId, ifName, netns, args } = attachment;
  return {
    ...env,
    CNI_CONTAINERID: containerId,
    ...(netns !== '' && { CNI_NETNS: netns }),
    CNI_IFNAME: ifName,
    CNI_ARGS: cniArgs(args)
      .map((pair) => pair.join('='))
      .join(';'),
  };
}

/** IgnoreUnknown first, for plugins that would otherwise refuse the Kubernetes keys. */
export function cniArgs(args: Attachment['args']): readonly (readonly [string, string])[] {
  const { IgnoreUnknown = '1', ...others } = args;
  return [['IgnoreUnknown', IgnoreUnknown], ...Object.entries(others)];
}
