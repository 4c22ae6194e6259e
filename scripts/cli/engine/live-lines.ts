// The engine's events → short lines for the person who waits. Keeps only what it needs to time a step.
import { count } from '../../../infra/report/words.ts';
import { type EngineEvent, urnParts } from './events.ts';

/** How an operation reads. Those not listed are bookkeeping of the engine. */
const WORDS: Readonly<Record<string, readonly [mark: string, done: string, doing: string]>> = {
  create: ['+', 'made', 'making'],
  update: ['~', 'changed', 'changing'],
  delete: ['-', 'removed', 'removing'],
  'create-replacement': ['±', 'made anew', 'making anew'],
  'delete-replaced': ['-', 'removed', 'removing'],
};

/** Fails the update at its end when experiments did; the experiments' own lines have said so. */
const BOOKKEEPING = ['Verdict'];

export class LiveLines {
  readonly #now: () => number;
  readonly #lab: string;
  readonly #hidden: readonly string[];
  readonly #started = new Map<
    string,
    { readonly at: number; readonly doing: string; readonly urn: string }
  >();
  /** Latest passing message of each resource. */
  readonly #progress = new Map<string, string>();

  /**
   * @param lab name of the lab, which all of its resources' names begin with
   * @param now milliseconds of a steady clock; the events' own stamps are whole seconds
   * @param hidden types nobody waits for
   */
  constructor(lab: string, now: () => number, hidden: readonly string[] = []) {
    this.#lab = lab;
    this.#hidden = [...BOOKKEEPING, ...hidden];
    this.#now = now;
  }

  /** Lines to print for this event. */
  next(event: EngineEvent): readonly string[] {
    switch (event.kind) {
      case 'started': {
        const words = WORDS[event.op];
        if (words && event.custom && !this.#hidden.includes(event.type)) {
          const verb = event.type === 'Experiment' && event.op !== 'delete' ? 'running' : words[2];
          const doing = `${verb} ${this.#what(event)}`;
          this.#started.set(event.urn + event.op, { at: this.#now(), doing, urn: event.urn });
        }
        return [];
      }
      case 'finished':
      case 'failed': {
        const words = WORDS[event.op];
        if (!words || !event.custom || this.#hidden.includes(event.type)) return [];
        const started = this.#started.get(event.urn + event.op);
        this.#started.delete(event.urn + event.op);
        // The line of what takes its place says enough.
        if (event.op === 'delete-replaced' && event.kind === 'finished') return [];
        const what = this.#what(event);
        // Experiments wait for their turn: how long each took is in its result.
        if (event.type === 'Experiment' && event.op !== 'delete') return [`  ${outcomeOf(event)} ${what}`];
        const seconds = started ? `  ${((this.#now() - started.at) / 1000).toFixed(1)} s` : '';
        return [
          event.kind === 'failed' ? `  ✗ ${what}${seconds}` : `  ${words[0]} ${what} ${words[1]}${seconds}`,
        ];
      }
      case 'diagnostic':
        // Our provider tells about drift and progress in messages of a resource; the engine's own have none.
        if (event.severity !== 'info' || event.urn === undefined) return [];
        if (event.passing) {
          this.#progress.set(event.urn, event.message.trim());
          return [];
        }
        return messageLines(this.#what(urnParts(event.urn)), event.message);
      default:
        return [];
    }
  }

  /** What is being done at this moment, a line for each, for as long as it is; none when nothing is. */
  current(): readonly string[] {
    const steps = [...this.#started.values()];
    // The engine starts all experiments at once, and each waits for its turn: it has said nothing yet.
    const waiting = steps.filter(({ doing, urn }) => doing.startsWith('running') && !this.#progress.has(urn));
    const busy = steps.filter((step) => !waiting.includes(step));
    const lines = busy.map(({ at, doing, urn }) => {
      const detail = this.#progress.get(urn);
      const seconds = ((this.#now() - at) / 1000).toFixed(1);
      return `  … ${doing}  ${seconds} s${detail === undefined || doing.endsWith(detail) ? '' : `  ${detail}`}`;
    });
    return waiting.length === 0 ? lines : [...lines, `  … ${count(waiting.length, 'experiment')} to run`];
  }

  #what({ type, name }: { readonly type: string; readonly name: string }): string {
    return resourceTitle(type, name, this.#lab);
  }
}

function messageLines(what: string, message: string): readonly string[] {
  const [first = '', ...rest] = message.trim().split('\n');
  return [`  · ${first.startsWith(what) ? '' : `${what}: `}${first}`, ...rest.map((line) => `      ${line}`)];
}

/** A lab may have its experiment's failure recorded only, so an operation that succeeds says nothing about it. */
function outcomeOf({ kind, verdict }: { readonly kind: string; readonly verdict?: string }): string {
  if (verdict === 'inconclusive') return '?';
  return kind === 'failed' || verdict === 'fail' ? '✗' : '✓';
}

/** `workload pod-to-pod` for kindnet-pod-to-pod of lab kindnet, and just `cluster` for its kindnet-cluster. */
export function resourceTitle(type: string, name: string, lab: string): string {
  const kind = type.toLowerCase();
  const short = name.startsWith(`${lab}-`) ? name.slice(lab.length + 1) : name;
  return short === kind ? kind : `${kind} ${short}`;
}
