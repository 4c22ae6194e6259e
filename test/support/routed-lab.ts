// The lab to be edited with policy routing added, and what the kernel and the model say of routes in it, side by side.
import { afterAll, beforeAll, expect } from 'vitest';
import { routeLine, ruleLine } from '../../infra/observe/lines.ts';
import type { HostSnapshot } from '../../infra/observe/snapshot.ts';
import { Kernel } from '../../infra/predict/kernel.ts';
import type { Routing } from '../../infra/predict/route.ts';
import type { FibTables } from '../../infra/predict/rules.ts';
import { type EditedLab, editedLab } from './edited-lab.ts';
import { type PrivateHost, privateHost } from './private-host.ts';

export interface RoutedLab {
  readonly lab: EditedLab;
  /** As observed with the routes in it. */
  readonly hosts: Readonly<Record<string, HostSnapshot>>;
  kernelOf(host: string): Kernel;
}

/**
 * A lab for all tests of a file, which ends with them.
 * @param extra script that node n1 and pod a1 run
 * @param prepare what comes before it
 * @returns the lab, once the tests run
 */
export function routedLab(
  name: string,
  extra: string,
  prepare: (lab: EditedLab) => Promise<void> = async () => {},
): () => RoutedLab {
  let machine: PrivateHost | undefined;
  let routed: RoutedLab | undefined;
  beforeAll(async () => {
    machine = await privateHost(name);
    const lab = await editedLab(machine);
    await prepare(lab);
    for (const host of ['n1', 'a1']) await lab.sh(host, extra);
    const { hosts } = await lab.observe();
    routed = { lab, hosts, kernelOf: (host) => new Kernel(host, hosts[host] as HostSnapshot) };
  });
  afterAll(() => machine?.close());
  return () => {
    if (routed === undefined) throw new Error('the lab is there once the tests run');
    return routed;
  };
}

/** How `ip route get` answers for one family. */
export interface Answers {
  readonly unreachable: RegExp;
  readonly prohibit: RegExp;
  readonly invalid: RegExp;
  /** The type before the address, unless it is unicast. */
  readonly type: RegExp;
  /** Where a local route leads. */
  readonly localDev: string | undefined;
}

/** `<type> via <gateway> dev <dev> src <address>`. */
export function said({ localDev }: Answers, type: string, via?: string, dev?: string, src?: string): string {
  const shown = type === 'local' ? dev && localDev : dev;
  return [type, via && `via ${via}`, shown && `dev ${shown}`, src && `src ${src}`].filter(Boolean).join(' ');
}

/** Each line of `ip route get`, or the error in one word. */
export function heard(output: string, answers: Answers): string[] {
  return output
    .trim()
    .split('\n')
    .map((line) => {
      if (answers.unreachable.test(line)) return 'unreachable';
      if (answers.prohibit.test(line)) return 'prohibit';
      if (answers.invalid.test(line)) return 'invalid';
      const part = (word: string) => new RegExp(` ${word} (\\S+)`).exec(line)?.[1];
      const type = answers.type.exec(line)?.[1] ?? 'unicast';
      return said(answers, type, part('via'), part('dev'), part('src'));
    });
}

/** Of an answer to `ip route get … iif`: `local`, `refused`, or the way without a source. */
export function heardOnInput(answer: string): string {
  const [type = ''] = answer.split(' ');
  if (type === 'local') return 'local';
  return /unreachable|prohibit|invalid/.test(answer) ? 'refused' : answer.replace(/ src \S+/, '');
}

const ERRORS: Readonly<Record<string, string>> = {
  'no-route': 'unreachable',
  unreachable: 'unreachable',
  prohibit: 'prohibit',
  blackhole: 'invalid',
};

/** The model's answer, in the words of `ip route get`. */
export function foretold(found: Routing, source: string | undefined, answers: Answers): string {
  if (found.kind === 'dropped') return ERRORS[found.reason] ?? found.reason;
  if (found.kind === 'unknown') return found.words;
  return said(answers, found.route.type, found.nexthop.via, found.nexthop.dev, source);
}

/** Address by address, so that a difference says where it is. */
export function expectSame(asked: readonly string[], own: readonly string[], answers: readonly string[]) {
  expect(asked.map((a, i) => `${a}: ${own[i]}`)).toEqual(asked.map((a, i) => `${a}: ${answers[i]}`));
}

/** Routes and rules of a host are named by the very lines that ip(8) prints. @param ip with the family's option */
export async function expectLines(
  lab: EditedLab,
  host: string,
  ip: 'ip -4' | 'ip -6',
  { tables, rules }: FibTables,
): Promise<void> {
  const { stdout } = await lab.sh(
    host,
    `${ip} route show table local; ${ip} route show; for t in 100 101 102; do ${ip} route show table $t; done 2>/dev/null; true`,
  );
  const printed = stdout.split('\n').map((line) => line.trim());
  // IPv6 prints the error number of a route that refuses, too.
  const named = ip === 'ip -6' ? printed.map((line) => line.replace(/ error -?\d+/, '')) : printed;
  const shown = (table: string) => (table === 'main' ? '' : ` table ${table}`);
  // Asked for one table, ip leaves the table's name out.
  const own = [...tables].flatMap(([table, routes]) =>
    routes.map((r) => routeLine(r).replace(shown(table), '')),
  );
  expect(own.toSorted()).toEqual(named.filter(Boolean).toSorted());
  const ruled = await lab.sh(host, `${ip} rule`);
  const lines = ruled.stdout.split('\n').map((line) => line.replace(/\t/g, ' ').trim());
  expect(rules.map(ruleLine)).toEqual(lines.filter(Boolean));
}
