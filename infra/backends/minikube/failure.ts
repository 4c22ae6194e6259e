// One message out of what a failed minikube has printed: what it says is wrong, what it advises, and where the log is.
import { type MinikubeFailure, parseEvent } from './events.ts';

/** A minikube that has ended, however it ended. */
export interface MinikubeResult {
  /** minikube's own: reason codes from 10 on (pkg/minikube/reason/exitcodes.go); 127 when it could not be started. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KNOWN_VERSIONS =
  'minikube config defaults kubernetes-version lists those that it knows: set cnilab:minikube.kubernetesVersion to one of them';

/** What we know beyond minikube's own advice, by the name of the error. */
const ADVICE: Readonly<Record<string, string>> = {
  DRV_AS_ROOT:
    'run it as an ordinary user who may use the driver, or set cnilab:minikube.force to true to do it as root all the same',
  GUEST_DRIVER_MISMATCH: 'set cnilab:minikube.driver back to that one, or take the lab down first',
  K8S_NEW_UNSUPPORTED: KNOWN_VERSIONS,
  K8S_OLD_UNSUPPORTED: KNOWN_VERSIONS,
  RSRC_INSUFFICIENT_REQ_MEMORY: 'set cnilab:minikube.memory higher',
  RSRC_OVER_ALLOC_MEM: 'set cnilab:minikube.memory lower',
  RSRC_INSUFFICIENT_CORES: 'set cnilab:minikube.cpus to what this machine has; Kubernetes needs two',
};

/** Of what has no name of its own. */
const ADVICE_ON: readonly (readonly [RegExp, string])[] = [
  [
    /Unable to find image|failed to download kic base image|pull access denied/,
    'the node image is neither here nor to be had: look at the network, or set cnilab:minikube.baseImage to one that the driver has',
  ],
  [
    /port is already allocated|address already in use/i,
    'another program listens at a port that the cluster needs: end it, then run this again',
  ],
];

/** Thrown for a minikube that failed. */
export class MinikubeError extends Error {
  override readonly name = 'MinikubeError';
  /** minikube's name of the error, such as DRV_AS_ROOT; empty when it gives none. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @param doing what it was to do, such as "make the cluster cnilab-kindnet-1a2b3c4d" */
export function minikubeError(doing: string, result: MinikubeResult): MinikubeError {
  const { name, message, advice, url } = failureOf(result);
  const code = name || `exit status ${result.exitCode}`;
  const lines = [
    `minikube cannot ${doing}: ${tidy(message) || 'it does not say why'} (${code})`,
    ADVICE[name] ?? ADVICE_ON.find(([pattern]) => pattern.test(message))?.[1] ?? filled(advice),
    url && `see ${url}`,
  ];
  return new MinikubeError(name, lines.filter(Boolean).join('\n'));
}

/** Output of a command that minikube ran has lines with nothing in them, or nothing but a heading. */
function tidy(message: string): string {
  return message
    .split('\n')
    .filter((line) => !/^\s*((stdout|stderr):)?\s*$/.test(line))
    .join('\n');
}

/** minikube leaves some templates as they are in its JSON: "--memory={{.advised}}mb". */
function filled(advice: string): string {
  return advice.includes('{{') ? '' : advice;
}

/** The last error that it told as an event, else in words. */
function failureOf(result: MinikubeResult): MinikubeFailure {
  const events = result.stdout
    .split('\n')
    .map(parseEvent)
    .filter((event) => event?.kind === 'error');
  return events.findLast((event) => event.name !== '') ?? events.at(-1) ?? inWords(result);
}

/** `X Exiting due to CODE: message`, then lines such as `* Suggestion: …`: for people, on standard error. */
function inWords({ stdout, stderr }: MinikubeResult): MinikubeFailure {
  const text = stderr.trim() || stdout.trim();
  const line = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim() ?? '';
  const [, name = '', message = ''] = /Exiting due to (\w+): (.*)/.exec(text) ?? [];
  const crash = line(/^panic: (.*)/m);
  return {
    kind: 'error',
    name,
    message: message || (crash && `it has crashed: ${crash}`) || line(/^Error: (.*)/m) || lastLine(text),
    advice: line(/Suggestion: (.*)/),
    url: line(/Documentation: (.*)/),
  };
}

/** klog's header (`E0131 12:00:00.000000    4711 start.go:1] `) says nothing to who runs a lab. */
function lastLine(text: string): string {
  const line = text.split('\n').findLast((each) => each.trim() !== '') ?? '';
  return line.replace(/^[IWEF]\d{4} [\d:.]+ +\d+ [^\]]+\] /, '').trim();
}
