// A night as JUnit XML, in the form that CI systems read: a suite for each run, a case for each check. Pure.
import type { Json } from '../../infra/experiments/result.ts';
import { shortLine } from '../../infra/report/words.ts';
import type { Night, NightCheck, NightRun } from './night.ts';
import { ROUNDS } from './night.ts';
import { type Element, element, xmlDocument } from './xml.ts';

type Counts = { tests: number; failures: number; errors: number; skipped: number };

/** Of one side of a comparison, so many characters are shown: all of it is in results.json. */
const LONGEST_VALUE = 4000;
const LONGEST_MESSAGE = 200;

export function junitXml(night: Pick<Night, 'runs' | 'night' | 'commit' | 'machine'>): string {
  const suites = night.runs.map((run) => suiteOf(run, night));
  const total = suites.reduce((sum, { counts }) => added(sum, counts), NONE);
  const time = seconds(night.runs.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const attributes = { name: 'cnilab nightly', ...total, time };
  return xmlDocument(
    element(
      'testsuites',
      attributes,
      suites.map(({ suite }) => suite),
    ),
  );
}

const NONE: Counts = { tests: 0, failures: 0, errors: 0, skipped: 0 };

function suiteOf(run: NightRun, night: Pick<Night, 'night' | 'commit' | 'machine'>) {
  const name = `${run.lab} on ${run.backend}, repeat ${run.repeat}`;
  const cases = [...ofTheRun(run, name), ...run.checks.flatMap((check) => caseOf(check, run))];
  const counts = cases.reduce((sum, { counts }) => added(sum, counts), NONE);
  const told = { commit: night.commit, lab: run.lab, backend: run.backend, repeat: run.repeat };
  const properties = Object.entries({ ...told, night: night.night }).map(([name, value]) =>
    element('property', { name, value }),
  );
  const attributes = {
    name,
    ...counts,
    time: seconds(run.durationMs),
    timestamp: run.startedAt,
    hostname: night.machine,
  };
  const suite = element('testsuite', attributes, [
    element('properties', {}, properties),
    ...cases.map(({ written }) => written),
  ]);
  return { suite, counts };
}

interface Case {
  readonly written: Element;
  readonly counts: Counts;
}

/** What kept the run from being whole. A run that was whole has no case of its own. */
function ofTheRun({ state, reason = '', left, durationMs }: NightRun, suite: string): readonly Case[] {
  const attributes = { classname: suite, time: seconds(state === 'ran' ? 0 : durationMs) };
  const failed = state === 'failed' ? [error('the lab can be run', 'environment', reason, attributes)] : [];
  const stands = left === undefined ? [] : [error('the lab is taken down', 'environment', left, attributes)];
  if (state !== 'stopped') return [...failed, ...stands];
  return [skipped('the lab can be run', 'the night was stopped', attributes), ...stands];
}

/** An experiment as a whole is a case only where it is no pass, or has no checks that could be one. */
function caseOf(one: NightCheck, { lab, backend, repeat, checks }: NightRun): readonly Case[] {
  const { experiment, check, verdict, durationMs, excused } = one;
  const siblings = checks.filter((other) => other.experiment === experiment && other.check !== undefined);
  const alone = check === undefined;
  if (alone && siblings.length > 0 && verdict === 'pass' && excused === undefined) return [];
  const attributes = {
    classname: `${lab}.${backend}.${repeat}.${experiment}`,
    // No check is timed by itself: together they take what their experiment takes.
    time: seconds(alone && siblings.length > 0 ? 0 : durationMs / Math.max(1, siblings.length)),
  };
  const name = check ?? `${experiment}, as a whole`;
  const [first = verdict] = ROUNDS.flatMap((round) =>
    one.rounds[round]?.verdict === verdict ? one.rounds[round].details : [],
  );
  if (verdict === 'inconclusive') return [error(name, verdict, first, attributes, roundsText(one))];
  if (verdict === 'fail') {
    const failure = element('failure', { message: short(first), type: failureType(one) }, [roundsText(one)]);
    return [
      {
        written: element('testcase', { name, ...attributes }, [failure]),
        counts: { ...NONE, tests: 1, failures: 1 },
      },
    ];
  }
  if (excused !== undefined) return [skipped(name, excused, attributes)];
  return [{ written: element('testcase', { name, ...attributes }), counts: { ...NONE, tests: 1 } }];
}

/** late: it failed in `up` and passed in `verify`. */
function failureType({ rounds: { up, verify } }: NightCheck): string {
  return up?.verdict === 'fail' && verify?.verdict === 'pass' ? 'late' : 'fail';
}

function error(
  name: string,
  type: string,
  text: string,
  attributes: Element['attributes'],
  body = text,
): Case {
  const inner = element('error', { message: short(text), type }, [body]);
  return {
    written: element('testcase', { name, ...attributes }, [inner]),
    counts: { ...NONE, tests: 1, errors: 1 },
  };
}

function skipped(name: string, why: string, attributes: Element['attributes']): Case {
  const inner = element('skipped', { message: short(why) });
  return {
    written: element('testcase', { name, ...attributes }, [inner]),
    counts: { ...NONE, tests: 1, skipped: 1 },
  };
}

function roundsText({ rounds }: NightCheck): string {
  return ROUNDS.flatMap((round) => {
    const found = rounds[round];
    if (!found) return [`in ${round}: not made`];
    const { verdict, details, expected, observed } = found;
    const sides =
      expected === undefined
        ? []
        : [`  expected ${shown(expected)}`, `  observed ${shown(observed ?? null)}`];
    return verdict === 'pass'
      ? [`in ${round}: pass`]
      : [`in ${round}: ${verdict}`, ...details.map((line) => `  ${line}`), ...sides];
  }).join('\n');
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE
    ? text
    : `${text.slice(0, LONGEST_VALUE)}… (all of it is in results.json)`;
}

const short = (text: string) => shortLine(text, LONGEST_MESSAGE);

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function added(a: Counts, b: Counts): Counts {
  return {
    tests: a.tests + b.tests,
    failures: a.failures + b.failures,
    errors: a.errors + b.errors,
    skipped: a.skipped + b.skipped,
  };
}
