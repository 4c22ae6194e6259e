// What kind and the container runtimes are known to say when something is wrong, and what is to be done then.
import type { Refusal } from '../kubernetes/cluster-tool.ts';

export interface FailureContext {
  readonly runtime: string;
  /** What was run, for what is not known here. */
  readonly argv: readonly string[];
  /** File with everything that kind said. */
  readonly log?: string;
}

type Known = readonly [says: RegExp, refusal: (match: RegExpExecArray, context: FailureContext) => Refusal];

/** Where kind's own limits are explained. */
const KNOWN_ISSUES = 'https://kind.sigs.k8s.io/docs/user/known-issues/';

/**
 * The first that fits is told. Texts of docker 20.10 and 28.2 and of kind 0.33 are as seen; docker 29's, podman's and
 * nerdctl's (pkg/clientutil/client.go) are as their sources and users' reports have them.
 */
export const KNOWN_FAILURES: readonly Known[] = [
  // Before the others: kubeadm says so much that it would look like any of them.
  [
    /failed to (init|join) node with kubeadm.*/s,
    ([text, verb], { log }) => ({
      reason: `kubeadm could not ${verb === 'init' ? 'start the control plane' : 'bring a node into the cluster'}; its error:\n${kubeadmError(text)}`,
      fix: `kind has removed the nodes${logHint(log)}`,
    }),
  ],
  [
    /could not find a log line that matches/,
    (_, { log }) => ({
      reason: "a node's system did not come up within kind's half minute",
      fix: `this machine may be too busy, or the image may not fit its cgroups: run it again, and see ${KNOWN_ISSUES}${logHint(log)}`,
    }),
  ],
  [
    /permission denied.*(?:docker|containerd).*|(?:docker|containerd).*permission denied/i,
    (_, { runtime }) => ({
      reason: `${runtime}'s daemon does not let this user in`,
      fix:
        runtime === 'docker'
          ? 'run it as root, or as a user of the group docker (sudo usermod -aG docker "$USER", then log in again)'
          : 'run it as root, or set up rootless mode',
    }),
  ],
  [
    /Cannot connect to the Docker daemon.*|failed to connect to the docker API.*|Cannot connect to Podman.*|cannot access containerd socket.*|rootless containerd not running.*|error during connect:.*/i,
    ([text], { runtime }) => ({
      reason: `${runtime}'s daemon does not answer: ${firstSentence(text)}`,
      fix: `start it (${runtime === 'docker' ? 'sudo systemctl start docker, or Docker Desktop' : 'sudo systemctl start containerd'}), and see with: ${runtime} ps`,
    }),
  ],
  [
    /too many open files|inotify/i,
    () => ({
      reason: "the kernel's limit on inotify is reached, which each node needs some of",
      fix: `sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288 (${KNOWN_ISSUES}#pod-errors-due-to-too-many-open-files)`,
    }),
  ],
  [
    /no space left on device/i,
    (_, { runtime }) => ({
      reason: `there is no room left on ${runtime}'s disk`,
      fix: `make room: ${runtime} system df says what takes it, ${runtime} system prune removes what nothing uses`,
    }),
  ],
  [
    // The second is the runtime's own: kind fetches its load balancer's image by `run` alone.
    /failed to pull image "([^"]+)".*|Unable to find image '([^']+)' locally.*/s,
    ([text, a, b], { runtime }) => {
      const image = a ?? b ?? '';
      return {
        reason: `the image ${image} is not on this machine, and could not be fetched: ${fetchError(text)}`,
        fix: `get it with: ${runtime} pull ${image}${insteadOf(image)}`,
      };
    },
  ],
  [
    /port is already allocated|bind: address already in use|failed to bind (?:host )?port/i,
    () => ({
      reason: 'the port that kind picked for the API server was taken by somebody else at the same time',
      fix: 'run it again',
    }),
  ],
  [
    /node\(s\) already exist for a cluster with the name "([^"]+)"|container name "\/?([^"]+)" is already in use|name "([^"]+)" is already used/i,
    ([, a, b, c], { runtime }) => ({
      reason: `${runtime} has a container for ${a ?? b ?? c} that this lab did not make`,
      fix: 'see whose it is with: kind get clusters',
    }),
  ],
  [
    /network with name (\S+) already exists|network name (\S+) already used/i,
    ([, a, b], { runtime }) => ({
      reason: `${runtime} has a network ${a ?? b} that this lab did not make`,
      fix: `if nothing needs it: ${runtime} network rm ${a ?? b}`,
    }),
  ],
  [
    /Address already in use|no configured subnet.*contain|requested (?:static )?ip.*(?:in use|allocated)/i,
    (_, { runtime }) => ({
      reason: "an address of the lab's nodes is in use on their network",
      fix: `see which containers are on it with: ${runtime} network inspect, end what is not the lab's, and run it again`,
    }),
  ],
  [
    /rootless provider requires (cgroup v2|setting systemd property "Delegate=yes")/,
    ([, what], { runtime }) => ({
      reason: `${runtime} runs without root here, for which kind requires ${what}`,
      fix: 'set it up (https://kind.sigs.k8s.io/docs/user/rootless/), or run it as root',
    }),
  ],
];

/** kind runs kubeadm with --v=6: behind the error there is a trace of Go functions, so the last lines tell nothing. */
function kubeadmError(text: string): string {
  const errors = text.split('\n').filter((line) => /^error(?: execution|:)|\[ERROR /.test(line));
  return errors.length > 0 ? errors.map((line) => line.trim()).join('\n') : lastLines(text, 8);
}

const logHint = (log: string | undefined) => (log ? `; all that it said is in ${log}` : '');

const firstSentence = (text: string) => text.replace(/[.;] .*$/s, '').trim();

const fetchError = (text: string) =>
  /Error response from daemon: .*|Error: .*/.exec(text)?.[0] ??
  lastLines(text, 1).replace(/^Command Output: /, '');

/** The image of kind's load balancer cannot be chosen. */
const insteadOf = (image: string) =>
  /envoy|haproxy/.test(image)
    ? ', which kind wants for several control planes; or give the lab one'
    : '; or name one that is here: up with --set image=<image>';

/** The last lines that are not empty. */
export function lastLines(text: string, count: number): string {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
