// A fresh node for one side of one case: namespaces of its own, plugins that are recorded, a pod that has no network yet.
import { type PrivateHost, privateHost } from '../support/private-host.ts';
import { type ConformanceCase, conflistOf, NETWORK } from './conformance-case.ts';

/** What both sides are told; the same paths in every node. */
export const POD_NETNS = '/run/netns/pod';
export const BIN_DIR = '/run/record/bin';
export const LOG = '/run/record/log';
export const CONFIG_DIR = '/etc/cni/net.d';
/** Of whatever is run in a node: only what hangs takes so long, however busy the machine is. */
export const LIMIT_MS = 300_000;

/**
 * In the place of each plugin: says what the plugin was told and what it answered, and is the plugin otherwise. Plugins
 * that plugins delegate to are found in the same directory.
 */
const RECORDER = `type=\${0##*/}
in=$(cat)
{
  printf '%s ' BEGIN "$type"; printf '\\n'
  printf 'ENV %s\\n' "CNI_COMMAND=$CNI_COMMAND" \${CNI_CONTAINERID+"CNI_CONTAINERID=$CNI_CONTAINERID"} \\
    \${CNI_NETNS+"CNI_NETNS=$CNI_NETNS"} \${CNI_IFNAME+"CNI_IFNAME=$CNI_IFNAME"} \${CNI_ARGS+"CNI_ARGS=$CNI_ARGS"} \\
    \${CNI_PATH+"CNI_PATH=$CNI_PATH"}
  printf 'STDIN %s\\n' "$in"
} >>${LOG}
out=$(printf '%s\\n' "$in" | "$real"); code=$?
printf 'OUT %s\\nEND %s\\n' "$out" "$code" >>${LOG}
[ -z "$out" ] || printf '%s\\n' "$out"
exit $code
`;

/**
 * Link-local addresses come when the kernel finds the time, and duplicates are looked for meanwhile: neither is anybody's
 * doing here, so both are switched off where they would come from.
 */
const QUIET =
  'for d in all default; do echo 1 >/proc/sys/net/ipv6/conf/$d/addr_gen_mode; echo 0 >/proc/sys/net/ipv6/conf/$d/accept_dad; done';

const SETUP = `set -e
mkdir -p ${BIN_DIR} /run/netns
for real in "$@"; do
  printf '#!/bin/sh\\nreal=%s\\n' "$real" >"${BIN_DIR}/\${real##*/}"
  cat /run/record/recorder >>"${BIN_DIR}/\${real##*/}"
  chmod 755 "${BIN_DIR}/\${real##*/}"
done
${QUIET}
`;

/** A network namespace that a path keeps, not a process. */
const MAKE_POD = `set -e
touch ${POD_NETNS}
unshare --net=${POD_NETNS} sh -c '${QUIET}'
`;

export interface SideNode extends Pick<PrivateHost, 'host' | 'close'> {
  /** Runs a script. @throws Error when it fails */
  sh(script: string, args?: readonly string[]): Promise<string>;
  /** The pod's namespace, anew. */
  makePod(): Promise<void>;
  /** The pod's namespace is gone, and its path with it. */
  losePod(): Promise<void>;
}

/** @param plugins paths of the plugins that are there */
export async function sideNode(
  one: ConformanceCase,
  cniVersion: string,
  plugins: readonly string[],
): Promise<SideNode> {
  const { host, close } = await privateHost('node-1');
  const sh = async (script: string, args: readonly string[] = []) => {
    const result = await host.run(['sh', '-c', script, 'node', ...args], { timeoutMs: LIMIT_MS });
    if (result.exitCode !== 0) throw new Error(`${one.name}: preparing the node failed: ${result.stderr}`);
    return result.stdout;
  };
  const node = {
    host,
    close,
    sh,
    makePod: async () => void (await sh(MAKE_POD)),
    losePod: async () => void (await sh(`umount ${POD_NETNS}; rm ${POD_NETNS}`)),
  };
  try {
    await host.write([
      { path: '/run/record/recorder', content: RECORDER },
      { path: `${CONFIG_DIR}/10-lab.conflist`, content: conflistOf(one, cniVersion) },
      ...Object.entries(one.pluginFiles ?? {}).map(([name, content]) => ({
        path: `${CONFIG_DIR}/${NETWORK}/${name}`,
        content: JSON.stringify(content),
      })),
    ]);
    await sh(`${SETUP}\n${one.prepare ?? ''}`, plugins);
    await node.makePod();
    return node;
  } catch (error) {
    await close();
    throw error;
  }
}
