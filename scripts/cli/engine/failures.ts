// What went wrong in an engine run, in the words of whoever reported it: without the engine's wrapping, without stacks.
import { type EngineEvent, urnParts } from './events.ts';
import { missingPlugin } from './missing-plugin.ts';

export interface Failure {
  /** Type of the resource, such as Experiment; absent when it was no resource of ours. */
  readonly type?: string;
  readonly name?: string;
  readonly message: string;
}

/** Says only that something else failed. */
const EMPTY_WORDS = /^(update|preview|refresh|destroy) failed$|^resource monitor shut down|^update canceled$/;

/** A line of a JavaScript stack trace, or the source excerpt above one. */
const STACK_LINE = /^\s*at .*(:\d+:\d+\)?|<anonymous>\)?|\(native\)|\[as \w+\].*)( \{)?$/;

/** Every error of the run, in order, each once. `stderr` is the engine's own, used when no event says more. */
export function failuresOf(events: readonly EngineEvent[], stderr: string): readonly Failure[] {
  const found: Failure[] = [];
  for (const event of events) {
    if (event.kind !== 'diagnostic' || event.severity !== 'error') continue;
    const message = cleanMessage(event.message);
    if (message === '' || EMPTY_WORDS.test(message)) continue;
    const { type, name } = event.urn === undefined ? {} : ours(event.urn);
    found.push({
      message: missingPlugin(message) ?? message,
      ...(type !== undefined && { type }),
      ...(name !== undefined && { name }),
    });
  }
  if (found.length === 0) {
    const message = cleanMessage(stderr);
    if (message !== '') found.push({ message });
  }
  return found.filter(
    (one, index) =>
      found.findIndex((other) => other.message === one.message && other.name === one.name) === index,
  );
}

/** True when experiments failed, and nothing but experiments. */
export function onlyExperimentsFailed(failures: readonly Failure[]): boolean {
  return failures.length > 0 && failures.every(({ type }) => type === 'Experiment' || type === 'Verdict');
}

export function cleanMessage(message: string): string {
  return (
    message
      .replaceAll('\r', '')
      // The fields that Node prints behind a stack: `at … {`, one line each, `}`.
      .replace(/^(\s*at .*) \{\n[\s\S]*?^\s*\}$/gm, '$1')
      .split('\n')
      .filter((line) => !STACK_LINE.test(line))
      .map((line) => line.replace(/^\s*\* /, ''))
      .join('\n')
      .trim()
      .replace(/^error: /, '')
      .replace(/^Running program '.*' failed with an unhandled exception:\n/, '')
      .replace(/^(<ref \*\d+> )?(\w*Error( \[\w+\])?: )/, '')
      .replace(/^\d+ errors? occurred:\n\s*/, '')
      // The engine then blames the provider's author and appends what the provider printed, which may help.
      .replace(
        /^error reading from server: EOF$/m,
        'the provider process died before it was done (killed, or out of memory)',
      )
      .replace(/^Detected that \S+ exited prematurely[\s\S]*?STDERR streams of the plugin:\s*/m, '')
      .replace(/^\w+:\w+:\w+ resource '(.*?)': property (\S+) value \{[\s\S]*?\} has a problem: /, '$2: ')
      .replace(/\n{2,}/g, '\n')
      .trim()
  );
}

function ours(urn: string): { readonly type?: string; readonly name?: string } {
  return urn.includes('::pulumi:pulumi:Stack::') ? {} : urnParts(urn);
}
