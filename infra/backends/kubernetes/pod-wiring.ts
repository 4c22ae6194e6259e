// What the kernel has of each pod: its addresses and routes, and the node's end of its veth. Read once when a workload is made, and
// compared with on refresh.
import type { PodStatus } from '../backend.ts';
import type { Host } from '../host.ts';
import { HostError } from '../host-error.ts';

/** A line for each fact, such as "10.244.0.2/24 on eth0"; equal facts are equal lines. */
export type Wiring = readonly string[];

/**
 * `$@`: PID and name of the node's end, by turns. Each pod's lines follow "@ PID". What a pod in its node's own network sees
 * is the node's, and changes whenever another pod comes.
 */
const SCRIPT = `
while [ $# -gt 0 ]; do
  echo "@ $1"
  if [ "$(readlink "/proc/$1/ns/net")" = "$(readlink /proc/1/ns/net)" ]; then
    echo 'in the network of its node'; shift 2; continue
  fi
  nsenter -t "$1" -n ip -o address show scope global | awk '{ print $4 " on " $2 }'
  nsenter -t "$1" -n ip route show | awk '{ print "route " $0 }'
  [ -z "$2" ] || ip -o link show dev "$2" 2>/dev/null | awk '{
    master = "no bridge"; for (i = 1; i < NF; i++) if ($i == "master") master = $(i + 1)
    state = $3 ~ /[<,]UP[,>]/ ? "up" : "down"
    sub(/@.*/, "", $2); print "node end " $2 " " state " in " master }'
  shift 2
done
`;

/** @returns by pod; one command for all pods of a node */
export async function readWiring(
  node: Host,
  pods: readonly PodStatus[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Wiring>> {
  if (pods.length === 0) return new Map();
  const argv = [
    'sh',
    '-c',
    SCRIPT,
    'wiring',
    ...pods.flatMap(({ pid, hostVeth }) => [String(pid), hostVeth]),
  ];
  const { exitCode, stdout, stderr } = await node.run(argv, signal && { signal });
  if (exitCode !== 0)
    throw new HostError('failed', node.name, argv.slice(0, 1), 'the pods’ wiring cannot be read', stderr);
  const blocks = new Map(
    stdout.split(/^@ /m).map((block) => {
      const [pid = '', ...lines] = block.split('\n');
      return [
        pid,
        lines
          .map((line) => line.trim())
          .filter((line) => line !== '')
          .sort(),
      ];
    }),
  );
  return new Map(pods.map(({ name, pid }) => [name, blocks.get(String(pid)) ?? []]));
}

/** What differs, in words. */
export function compareWiring(before: Wiring, now: Wiring): readonly string[] {
  const gone = before.filter((line) => !now.includes(line)).map((line) => `${line} is missing`);
  const added = now.filter((line) => !before.includes(line)).map((line) => `${line} was not there before`);
  return [...gone, ...added];
}
