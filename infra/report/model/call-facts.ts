// CNI plugin calls with what went in and came out: what many calls share is kept once. Pure.
import type { CniCall } from '../../cni/call.ts';
import { firstOf, valueText } from './cut.ts';
import type { CallFact, CallFacts } from './report-model.ts';

/** More would make the page large; pods made first have theirs. */
const MOST_CALLS = 2_000;
/** Of one text, letters. */
const LONGEST = 8_000;

/** @param pods name by container id @param where all calls are found */
export function callFacts(
  calls: readonly CniCall[],
  pods: ReadonlyMap<string, string>,
  where: string,
): CallFacts {
  const places = new Map<string, number>();
  const place = (text: string) => {
    const short = valueText(text, where, LONGEST);
    const known = places.get(short);
    if (known !== undefined) return known;
    places.set(short, places.size);
    return places.size - 1;
  };
  // Calls of pods that are no more say nothing of what stands here.
  const ofPods = calls.filter(({ containerId }) => pods.has(containerId));
  const { rows, note } = firstOf(ofPods, MOST_CALLS, 'CNI calls', where);
  const facts = rows.map((call): CallFact => {
    const { config, prevResult } = withoutPrevious(call.stdin);
    return {
      pod: pods.get(call.containerId) ?? '',
      command: call.command,
      plugin: call.plugin,
      exitCode: call.exitCode,
      ms: Math.round(Number(call.durationNs) / 1e4) / 100,
      env: Object.entries(call.env)
        .filter(([name]) => name.startsWith('CNI_'))
        .map(([name, text]) => [name, place(text)] as const),
      stdin: place(config),
      ...(prevResult !== undefined && { prevResult: place(prevResult) }),
      stdout: place(lines(call.stdout)),
      ...(call.stderr !== '' && { stderr: place(call.stderr) }),
    };
  });
  return { texts: [...places.keys()], calls: facts, ...(note !== undefined && { cut: note }) };
}

/** The result of the plugin before is most of what a chained plugin is given, and differs for every pod. */
function withoutPrevious(stdin: string): { readonly config: string; readonly prevResult?: string } {
  try {
    const { prevResult, ...config } = JSON.parse(stdin) as { readonly prevResult?: unknown };
    const text = JSON.stringify(config, null, 1);
    return prevResult === undefined ? { config: text } : { config: text, prevResult: inLines(prevResult) };
  } catch {
    return { config: stdin };
  }
}

/** A plugin's JSON in our own line breaks, so that the same result is the same text; anything else as it is. */
function lines(stdout: string): string {
  try {
    return inLines(JSON.parse(stdout));
  } catch {
    return stdout;
  }
}

const inLines = (value: unknown) => JSON.stringify(value, null, 1);
