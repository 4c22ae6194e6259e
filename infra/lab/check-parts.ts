// What the checks of all kinds of experiments have in common: traffic, steps, taps, and checks on what was observed.
import { familyOf } from './cidr.ts';
import type { LabHosts } from './hosts.ts';
import { matcherProblems } from './matchers.ts';
import { interfaceNameProblem } from './names.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import type { ExecStep, Matcher, PingTraffic, RawExperiment } from './schema.ts';
import { suggest } from './suggest.ts';
import { observedFields } from './tables.ts';
import { templatesIn } from './template.ts';

export type ObservedCheck = Extract<RawExperiment, { kind: 'ping' }>['checks'][number];
/** A tap that has a name or not. */
export type Tap = Extract<RawExperiment, { kind: 'journey' }>['taps'][number];

export interface Context {
  readonly hosts: LabHosts;
  readonly report: Report;
}

export function checkObserved(
  check: ObservedCheck,
  kind: keyof typeof observedFields,
  path: Path,
  { hosts, report }: Context,
  fields: readonly string[] = observedFields[kind],
): void {
  const [first = ''] = (check.select ?? '').split(/[.[]/);
  if (check.select !== undefined && !fields.includes(first))
    report.at(
      [...path, 'select'],
      `a ${kind} experiment observes no "${first}"`,
      suggest(first, fields, 'fields'),
    );
  checkMatchers(check, path, { hosts, report });
}

export function checkMatchers(
  check: { where?: unknown; expect: Matcher },
  path: Path,
  { hosts, report }: Context,
): void {
  checkMatcher(check.expect, [...path, 'expect'], { hosts, report });
  for (const [key, value] of Object.entries((check.where ?? {}) as Record<string, Matcher>))
    checkMatcher(value, [...path, 'where', key], { hosts, report });
}

export function checkMatcher(matcher: Matcher, path: Path, { hosts, report }: Context): void {
  for (const problem of matcherProblems(matcher)) {
    // The operand of an operator that does not exist is not what is wrong.
    const part = problem.message.startsWith('no operator') ? 'key' : 'value';
    const hint = 'docs/assertions.md has the operators';
    report.at([...path, ...problem.path], problem.message, hint, part);
  }
  hosts.checkTemplates(matcher, path);
}

export function checkTraffic(
  ping: Pick<PingTraffic, 'from' | 'to'> & Partial<Pick<PingTraffic, 'family'>>,
  path: Path,
  { hosts, report }: Context,
): void {
  hosts.checkHost(ping.from, [...path, 'from']);
  const { to, family } = ping;
  const version = familyOf(to);
  if (templatesIn(to).length > 0) hosts.checkTemplates(to, [...path, 'to']);
  else if (version === undefined) hosts.checkHost(to, [...path, 'to']);
  if (family !== undefined && version !== undefined && family !== version)
    report.at([...path, 'family'], `${to} is an IPv${version} address`, 'leave family out');
  else if (family === 6 && hosts.outside.includes(to))
    report.at([...path, 'family'], `${to} is outside the cluster and has no IPv6`, 'leave family out');
  else if (family === 6 && version === undefined && !hosts.dualStack)
    report.at([...path, 'family'], 'the lab has no IPv6', 'add network.podCIDR6, or leave family out');
}

export function checkTaps(taps: readonly Tap[], path: Path, { hosts, report }: Context): void {
  taps.forEach((tap, t) => {
    const at = [...path, t];
    hosts.checkHost(tap.at, [...at, 'at']);
    hosts.checkTemplates(tap.dev, [...at, 'dev']);
    const wrong = templatesIn(tap.dev).length > 0 ? undefined : interfaceNameProblem(tap.dev);
    if (wrong !== undefined) report.at([...at, 'dev'], wrong);
  });
}

/** A name that is written out must be that of a tap. */
export function checkTapName(
  tap: Matcher | undefined,
  taps: readonly string[],
  path: Path,
  { report }: Context,
): void {
  if (typeof tap === 'string' && !taps.includes(tap))
    report.at(path, `this experiment has no tap "${tap}"`, suggest(tap, taps, 'taps'));
}

export function checkSteps(steps: readonly ExecStep[], path: Path, context: Context): void {
  steps.forEach((step, i) => {
    const at = [...path, i];
    checkCommand(step, at, context);
    checkMatcher(step.expect, [...at, 'expect'], context);
  });
}

export function checkCommand(
  { in: place, command }: Pick<ExecStep, 'in' | 'command'>,
  path: Path,
  { hosts }: Context,
): void {
  hosts.checkPlace(place, [...path, 'in']);
  hosts.checkTemplates(command, [...path, 'command']);
}

export function checkForget(forget: readonly string[], path: Path, { hosts }: Context): void {
  forget.forEach((host, i) => {
    hosts.checkHost(host, [...path, 'forget', i]);
  });
}
