// What goes wrong with a CNI call, for the person who meets it: which plugin, which verb, for which pod, what to do.

import { adviceFor } from './advice.ts';
import type { CniCommand } from './call.ts';

/** How it went wrong; `plugin` is an error that the plugin reported itself. */
export type CniErrorReason =
  | 'plugin'
  | 'timeout'
  | 'garbage'
  | 'no-output'
  | 'missing'
  | 'invalid'
  | 'state'
  | 'aborted'
  | 'host';

/** CNI spec 1.1.0, section 5; 8 and 999 are only in the reference implementation. */
const MEANINGS: Readonly<Record<number, string>> = {
  1: 'incompatible CNI version',
  2: 'unsupported field in the configuration',
  3: 'container unknown',
  4: 'bad environment variables',
  5: 'I/O failure',
  6: 'content cannot be decoded',
  7: 'invalid network configuration',
  8: 'invalid network namespace',
  11: 'try again later',
  50: 'the plugin is not available',
  51: 'the plugin is not available, and containers may have limited connectivity',
  999: 'internal error',
};

export const INCOMPATIBLE = 1;
export const TRY_AGAIN_LATER = 11;
export const CONTAINER_UNKNOWN = 3;

export function codeMeaning(code: number): string {
  return (
    MEANINGS[code] ?? (code >= 100 ? 'the plugin’s own code' : 'a code the specification does not define')
  );
}

export interface CniErrorFacts {
  readonly reason: CniErrorReason;
  readonly msg: string;
  /** The plugin's error code; only with reason "plugin", and not always then. */
  readonly code?: number | undefined;
  readonly details?: string | undefined;
  readonly plugin?: string | undefined;
  readonly command?: CniCommand | undefined;
  readonly network?: string | undefined;
  readonly node?: string | undefined;
  readonly containerId?: string | undefined;
  /** What the message calls the container. */
  readonly pod?: string | undefined;
  readonly ifName?: string | undefined;
  readonly stderr?: string | undefined;
  /** Position of the call among all that this runtime made and recorded, from 0. */
  readonly callIndex?: number | undefined;
  /** What to do; default: looked up from what is known about such messages. */
  readonly advice?: string | undefined;
  /** What the caller did because of it. */
  readonly note?: string | undefined;
}

export class CniError extends Error {
  override readonly name = 'CniError';
  readonly reason: CniErrorReason;
  readonly code: number | undefined;
  readonly msg: string;
  readonly details: string;
  readonly plugin: string;
  readonly command: CniCommand | undefined;
  readonly node: string;
  readonly containerId: string;
  readonly stderr: string;
  readonly callIndex: number | undefined;
  readonly facts: CniErrorFacts;
  /** What failed while cleaning up after this. */
  readonly cleanup: readonly CniError[];

  constructor(facts: CniErrorFacts, options: ErrorOptions & { cleanup?: readonly CniError[] } = {}) {
    const { cleanup = [], ...rest } = options;
    super(message(facts, cleanup), rest);
    this.reason = facts.reason;
    this.code = facts.code;
    this.msg = facts.msg;
    this.details = facts.details ?? '';
    this.plugin = facts.plugin ?? '';
    this.command = facts.command;
    this.node = facts.node ?? '';
    this.containerId = facts.containerId ?? '';
    this.stderr = facts.stderr ?? '';
    this.callIndex = facts.callIndex;
    this.facts = facts;
    this.cleanup = cleanup;
  }

  /** The same error, which also says what was done because of it. */
  withNote(note: string): CniError {
    return new CniError({ ...this.facts, note }, { cause: this.cause, cleanup: this.cleanup });
  }

  /** The same error, which also says what clean-up could not do. */
  withCleanup(cleanup: readonly CniError[]): CniError {
    return cleanup.length === 0 ? this : new CniError(this.facts, { cause: this.cause, cleanup });
  }
}

function message(facts: CniErrorFacts, cleanup: readonly CniError[]): string {
  const { command, plugin, pod, ifName, network, node, code, msg, details, stderr } = facts;
  const what = [
    'CNI',
    ...(command ? [command] : []),
    ...(plugin ? [`by plugin ${plugin}`] : []),
    ...(pod ? [`for ${pod}${ifName ? ` (${ifName})` : ''}`] : []),
    ...(network ? [`of network ${network}`] : []),
    ...(node ? [`on ${node}`] : []),
  ].join(' ');
  const meaning = code === undefined ? '' : ` (code ${code}: ${codeMeaning(code)})`;
  const advice = facts.advice ?? adviceFor(facts);
  return [
    `${what}: ${msg}${meaning}`,
    ...(details ? [`  details: ${details}`] : []),
    ...(stderr?.trim() ? [`  stderr: ${clip(stderr.trim())}`] : []),
    ...(facts.note ? [`  ${facts.note}`] : []),
    ...(advice ? [`  ${advice}`] : []),
    ...cleanup.map((error) => `  clean-up afterwards failed too: ${error.message}`),
  ].join('\n');
}

function clip(text: string): string {
  return text.length > 2000 ? `…${text.slice(-2000)}` : text;
}
