// Experiments must speak of nodes, pods, containers, taps and columns that there are.

import { checkLearning } from './check-learning.ts';
import { checkMesh } from './check-mesh.ts';
import {
  type Context,
  checkCommand,
  checkForget,
  checkMatchers,
  checkObserved,
  checkSteps,
  checkTapName,
  checkTaps,
  checkTraffic,
} from './check-parts.ts';
import type { LabHosts } from './hosts.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import { hostTables, type RawExperiment, type RawLab } from './schema.ts';
import { suggest } from './suggest.ts';
import { nodeOnlyTables, observedFields, tableColumns } from './tables.ts';

type Inspect = Extract<RawExperiment, { kind: 'inspect' }>['checks'][number];
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
      case 'mesh':
        checkMesh(experiment, path, raw, context);
        break;
      case 'capture':
        checkCapture(experiment, path, context);
        break;
      case 'journey':
        checkJourney(experiment, path, context);
        break;
      case 'learning':
        checkLearning(experiment, path, context);
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

function checkCapture(experiment: Capture, path: Path, context: Context): void {
  const { report } = context;
  checkTaps(experiment.taps, [...path, 'taps'], context);
  checkSteps(experiment.before, [...path, 'before'], context);
  const { ping, traffic } = experiment;
  if (ping) checkTraffic(ping, [...path, 'ping'], context);
  if (traffic) checkCommand(traffic, [...path, 'traffic'], context);
  if (ping && traffic)
    report.at(
      [...path, 'traffic'],
      'a capture has one kind of traffic, and here are "ping" and "traffic"',
      'leave one of them out',
      'key',
    );
  else if (!ping && !traffic)
    report.at(
      path,
      'nothing is sent: this capture has neither "ping" nor "traffic"',
      'add ping: {from: …, to: …} or traffic: {in: …, command: […]}',
    );
  const absent = ping ? 'traffic' : 'ping';
  const fields = observedFields.capture.filter((field) => field !== absent);
  const taps = experiment.taps.map((tap) => tap.name);
  experiment.checks.forEach((check, c) => {
    const at = [...path, 'checks', c];
    checkObserved(check, 'capture', at, context, fields);
    checkTapName(check.where?.tap, taps, [...at, 'where', 'tap'], context);
    for (const [order, where] of findKey(check.expect, '$order', [...at, 'expect']))
      if (Array.isArray(order))
        order.forEach((name, i) => {
          if (typeof name === 'string' && !taps.includes(name))
            report.at([...where, i], `this experiment has no tap "${name}"`, suggest(name, taps, 'taps'));
        });
  });
}

function checkJourney(experiment: Journey, path: Path, context: Context): void {
  checkTaps(experiment.taps, [...path, 'taps'], context);
  checkForget(experiment.forget, path, context);
  checkSteps(experiment.before, [...path, 'before'], context);
  checkTraffic(experiment.ping, [...path, 'ping'], context);
  experiment.checks.forEach((check, c) => {
    checkObserved(check, 'journey', [...path, 'checks', c], context);
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
