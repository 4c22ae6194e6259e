// Experiments must speak of nodes, pods, containers, taps and columns that there are.
import { isAddress } from './cidr.ts';
import type { LabHosts } from './hosts.ts';
import { matcherProblems } from './matchers.ts';
import { interfaceNameProblem } from './names.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import {
  type ExecStep,
  hostTables,
  type Matcher,
  type PingTraffic,
  type RawExperiment,
  type RawLab,
} from './schema.ts';
import { suggest } from './suggest.ts';
import { nodeOnlyTables, observedFields, tableColumns } from './tables.ts';
import { templatesIn } from './template.ts';

type Inspect = Extract<RawExperiment, { kind: 'inspect' }>['checks'][number];
type Observed = Extract<RawExperiment, { kind: 'ping' }>['checks'][number];
type Capture = Extract<RawExperiment, { kind: 'capture' }>;
type Journey = Extract<RawExperiment, { kind: 'journey' }>;

export function checkExperiments(raw: RawLab, hosts: LabHosts, report: Report): void {
  const context = { hosts, report };
  for (const [i, experiment] of raw.experiments.entries()) {
    const path = ['experiments', i];
    checkFaults(experiment.fault, [...path, 'fault'], report);
    switch (experiment.kind) {
      case 'inspect':
        for (const [c, check] of experiment.checks.entries())
          checkInspect(check, [...path, 'checks', c], context);
        break;
      case 'ping':
        checkTraffic(experiment, path, context);
        for (const [c, check] of experiment.checks.entries())
          checkObserved(check, 'ping', [...path, 'checks', c], context);
        break;
      case 'capture':
        checkCapture(experiment, path, context);
        break;
      case 'journey':
        checkJourney(experiment, path, context);
        break;
      case 'diagnose':
        for (const [c, check] of experiment.checks.entries())
          checkObserved(check, 'diagnose', [...path, 'checks', c], context);
        break;
      case 'exec':
        checkSteps(experiment.steps, [...path, 'steps'], context);
        checkSteps(experiment.cleanup, [...path, 'cleanup'], context);
        break;
    }
  }
}

interface Context {
  readonly hosts: LabHosts;
  readonly report: Report;
}

function checkFaults(fault: RawExperiment['fault'], path: Path, report: Report): void {
  if (!Array.isArray(fault)) return;
  for (const [i, name] of fault.entries())
    if (fault.indexOf(name) < i)
      report.at([...path, i], `fault "${name}" is named twice: it can be in the lab once`);
}

function checkInspect(check: Inspect, path: Path, { hosts, report }: Context): void {
  const { table, at } = check;
  if ((hostTables as readonly string[]).includes(table)) {
    if (at === undefined)
      report.at(
        path,
        `the table "${table}" belongs to one node or pod: "at" is missing`,
        'add at: <node or pod>',
      );
    else if (nodeOnlyTables.includes(table))
      hosts.checkNode(at, [...path, 'at'], `only nodes have "${table}"`);
    else hosts.checkHost(at, [...path, 'at']);
  } else if (at !== undefined) {
    report.at(
      [...path, 'at'],
      `the table "${table}" is one for the whole lab: it takes no "at"`,
      `leave "at" out, and keep the rows you mean with where, such as {node: ${at}}`,
    );
  }
  const columns: readonly string[] = tableColumns[table];
  for (const key of Object.keys(check.where ?? {}))
    if (!key.startsWith('$') && !columns.includes(key))
      report.at(
        [...path, 'where', key],
        `the table "${table}" has no column "${key}"`,
        suggest(key, columns, 'columns'),
        'key',
      );
  checkMatchers(check, path, { hosts, report });
}

function checkObserved(
  check: Observed,
  kind: keyof typeof observedFields,
  path: Path,
  { hosts, report }: Context,
): void {
  const fields: readonly string[] = observedFields[kind];
  const [first = ''] = (check.select ?? '').split(/[.[]/);
  if (check.select !== undefined && !fields.includes(first))
    report.at(
      [...path, 'select'],
      `a ${kind} experiment observes no "${first}"`,
      suggest(first, fields, 'fields'),
    );
  checkMatchers(check, path, { hosts, report });
}

function checkMatchers(
  check: { where?: unknown; expect: Matcher },
  path: Path,
  { hosts, report }: Context,
): void {
  checkMatcher(check.expect, [...path, 'expect'], { hosts, report });
  for (const [key, value] of Object.entries((check.where ?? {}) as Record<string, Matcher>))
    checkMatcher(value, [...path, 'where', key], { hosts, report });
}

function checkMatcher(matcher: Matcher, path: Path, { hosts, report }: Context): void {
  for (const problem of matcherProblems(matcher)) {
    // The operand of an operator that does not exist is not what is wrong.
    const part = problem.message.startsWith('no operator') ? 'key' : 'value';
    const hint = 'docs/assertions.md has the operators';
    report.at([...path, ...problem.path], problem.message, hint, part);
  }
  hosts.checkTemplates(matcher, path);
}

function checkTraffic(ping: Pick<PingTraffic, 'from' | 'to'>, path: Path, { hosts }: Context): void {
  hosts.checkHost(ping.from, [...path, 'from']);
  if (templatesIn(ping.to).length > 0) hosts.checkTemplates(ping.to, [...path, 'to']);
  else if (!isAddress(ping.to)) hosts.checkHost(ping.to, [...path, 'to']);
}

function checkCapture(experiment: Capture, path: Path, context: Context): void {
  const { report } = context;
  checkPlaces(experiment.taps, path, context);
  checkSteps(experiment.before, [...path, 'before'], context);
  checkTraffic(experiment.ping, [...path, 'ping'], context);
  const taps = experiment.taps.map((tap) => tap.name);
  experiment.checks.forEach((check, c) => {
    const at = [...path, 'checks', c];
    checkObserved(check, 'capture', at, context);
    const tap = check.where?.tap;
    if (typeof tap === 'string' && !taps.includes(tap))
      report.at([...at, 'where', 'tap'], `this experiment has no tap "${tap}"`, suggest(tap, taps, 'taps'));
    for (const [order, where] of findKey(check.expect, '$order', [...at, 'expect']))
      if (Array.isArray(order))
        order.forEach((name, i) => {
          if (typeof name === 'string' && !taps.includes(name))
            report.at([...where, i], `this experiment has no tap "${name}"`, suggest(name, taps, 'taps'));
        });
  });
}

function checkPlaces(
  taps: readonly { readonly at: string; readonly dev: string }[],
  path: Path,
  { hosts, report }: Context,
): void {
  taps.forEach((tap, t) => {
    const at = [...path, 'taps', t];
    hosts.checkHost(tap.at, [...at, 'at']);
    hosts.checkTemplates(tap.dev, [...at, 'dev']);
    const wrong = templatesIn(tap.dev).length > 0 ? undefined : interfaceNameProblem(tap.dev);
    if (wrong !== undefined) report.at([...at, 'dev'], wrong);
  });
}

function checkJourney(experiment: Journey, path: Path, context: Context): void {
  checkPlaces(experiment.taps, path, context);
  checkSteps(experiment.before, [...path, 'before'], context);
  checkTraffic(experiment.ping, [...path, 'ping'], context);
  experiment.checks.forEach((check, c) => {
    checkObserved(check, 'journey', [...path, 'checks', c], context);
  });
}

function checkSteps(steps: readonly ExecStep[], path: Path, context: Context): void {
  steps.forEach((step, i) => {
    const at = [...path, i];
    context.hosts.checkPlace(step.in, [...at, 'in']);
    context.hosts.checkTemplates(step.command, [...at, 'command']);
    checkMatcher(step.expect, [...at, 'expect'], context);
  });
}

/** Everything under this key, at any depth, with its path. */
function findKey(value: unknown, key: string, path: Path): readonly (readonly [unknown, Path])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    return name === key ? [[inner, at] as const] : findKey(inner, key, at);
  });
}
