// All there is to report of a lab's parity, for text, Markdown and JSON alike.
import type { Parity } from '../parity/compare-parity.ts';

export interface ParityReport {
  readonly lab: string;
  /** Every backend that was asked for, run or not. */
  readonly backends: readonly ReportedBackend[];
  readonly parity: Parity;
}

export interface ReportedBackend {
  readonly name: string;
  /** ran: it has a column · unusable: not on this machine · failed: the lab could not be stood up on it */
  readonly state: 'ran' | 'unusable' | 'failed';
  /** What was said of it beside the lab file. */
  readonly settings: Readonly<Record<string, string>>;
  /** Why it did not run. */
  readonly reason?: string;
  /** What to do about that. */
  readonly fix?: string;
}

/** Those that have no column. */
export function notRun(backends: readonly ReportedBackend[]): readonly ReportedBackend[] {
  return backends.filter(({ state }) => state !== 'ran');
}

/** Such as `kind: image=kindest/node:v1.34.4`; only backends that ran and of which something was said. */
export function settingLines(backends: readonly ReportedBackend[]): readonly string[] {
  return backends.flatMap(({ name, state, settings }) => {
    const told = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    return state === 'ran' && told.length > 0 ? [`${name}: ${told.join(' ')}`] : [];
  });
}
