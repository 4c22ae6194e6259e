// docs/trust/cni-conformance.md, made from the data that the tests and the comparison use, so that it cannot say more.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { CASES } from './cases.ts';
import { CLAUSES, type Clause } from './clauses.ts';
import { VERSIONS } from './conformance-case.ts';
import { DIFFERENCES } from './differences.ts';
import { type Counts, type Figures, figuresOf, type Run } from './figures.ts';

export const DOCUMENT = new URL('../../docs/trust/cni-conformance.md', import.meta.url);
export const RUN = new URL('recorded/run.json', import.meta.url);

/** The recorded run; undefined before the first. */
export function readRun(): Run | undefined {
  return existsSync(RUN) ? JSON.parse(readFileSync(RUN, 'utf8')) : undefined;
}

/** @throws Error when no run is recorded */
export function readFigures(): Figures {
  const run = readRun();
  if (!run) throw new Error('no run is recorded: npm run conformance -- --write');
  return figuresOf(run);
}

export function writeDocument(): void {
  mkdirSync(new URL('.', DOCUMENT), { recursive: true });
  writeFileSync(DOCUMENT, documentText(readFigures()));
}

export function documentText(figures: Figures): string {
  const { date, machine, kernel, cnitool, sets, bySet, total } = figures;
  const counts = (name: string, c: Counts) => [
    name,
    `${c.pairs}`,
    `${c.same}`,
    `${c.argued}`,
    `${c.unexplained}`,
    `${c.sameSteps} of ${c.steps}`,
  ];
  return `<!-- Made by \`npm run conformance -- --write\`, or from its recorded figures by \`node scripts/write-conformance.ts\`. -->

# CNI conformance

Labs are wired by real CNI plugins, called by a runtime of our own ([infra/cni](../../infra/cni/)). Two things show that it
does what any CNI runtime does: it is compared with **cnitool**, which is libcni, the library inside containerd and
CRI-O; and the **specification** has been gone through clause by clause.

\`\`\`console
$ npm run conformance                                   # all of it
$ npm run conformance -- --case kindnet --plugins built
\`\`\`

The command builds cnitool and the reference plugins from their Go modules, pinned by
[scripts/engine/conformance](../../scripts/engine/conformance/go.mod), into the cache. Everything
happens in namespaces of its own, two fresh nodes for each pair; it ends with 1 when there is a difference that this
page does not argue.

## Beside cnitool

A **pair** is one network in one version of the protocol with one set of plugins, on both sides. Most go through nine
steps: STATUS, ADD, CHECK, DEL, DEL again; ADD and GC; ADD, loss of the network namespace, DEL. After each step these are
compared:

- how it ended: the result, or the message;
- every call of a plugin, those of delegates (IPAM, flannel’s bridge) inside the call that made them: the CNI variables,
  standard input, standard output, exit code;
- the kernel’s state in node and pod: links with their details, addresses, routes of all tables, rules, queueing
  disciplines, VLANs, the nftables ruleset (iptables’ rules are in it), and all of /proc/sys/net;
- files: leases, what plugins keep, libcni’s result cache.

Random names (veth, MAC addresses) become symbols in the order in which they are met. Left out are interface numbers,
timers, counters, carriers and the kernel’s own multicast routes; IPv6 link-local addresses and duplicate address
detection are switched off in both nodes. cnitool and our runtime see the same paths, container ID and plugins.

Figures of ${date}, ${machine}, Linux ${kernel}, cnitool ${cnitool}:

${table(
  ['plugins', 'pairs', 'the same', 'argued differences only', 'other differences', 'steps that are the same'],
  [...Object.entries(bySet).map(([id, some]) => counts(sets[id] ?? id, some)), counts('all', total)],
)}

What was compared, and what ADD did on both sides (${VERSIONS.join(', ')}; a dash where a version was not tried):

${table(['network or situation', 'what there is to see', ...Object.values(sets)], caseRows(figures))}

${footnotes(figures)}

## Where the runtime does another thing than libcni

Each was met in the comparison, in so many steps, and nothing else was.

${table(
  ['', 'libcni', 'here', 'why', 'steps'],
  DIFFERENCES.map(({ id, libcni, own, why }) => [id, libcni, own, why, `${figures.met[id] ?? 0}`]),
)}

Differences that cannot be seen this way, since cnitool has no words for them:

- **Environment.** libcni hands its whole environment to plugins; here they get PATH and the CNI variables, so that a
  lab does not depend on who started it.
- **Container unknown** (code 3) on DEL is an error for libcni; here there is nothing to remove.
- **Try again later** (code 11) is left to libcni’s caller; here ADD is undone and tried again three times, within two
  seconds, and another verb is asked again.
- **Crashes.** libcni writes its cache after ADD, and not atomically. Here it is on record before ADD that it begins, and
  files are renamed into place: an ADD that was cut off is undone by the next DEL or ADD.
- **DEL** uses the recorded configuration, as CRI-O does; libcni takes the one it is given.
- **GC** does not hand a recorded namespace below /proc to DEL: the process of that number may be another by now.
- **Names.** In Go, keys of JSON match in any case; here "Type" is not "type".

## The specification, clause by clause

Of [version 1.1.0](https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md). "since" names the version that
brought a clause. Tests are below \`test/unit\`; networks and situations are those of the comparison.

${table(['section', 'clause', 'since', 'shown by'], CLAUSES.map(clauseRow))}

${summary()}
`;
}

function caseRows({ adds, sets }: Figures): string[][] {
  const notes = notesOf({ adds });
  return CASES.map(({ name, about }) => [
    name,
    about,
    ...Object.keys(sets).map((set) =>
      VERSIONS.map((version) => {
        const did = adds[name]?.[set]?.[version];
        if (did === undefined) return '–';
        return did === 'ok' ? 'ok' : `[${notes.indexOf(did) + 1}]`;
      }).join(' '),
    ),
  ]);
}

function footnotes(figures: Figures): string {
  return [
    'A number is a refusal, the same on both sides; the steps after it are then a DEL, compared as well:',
    '',
    ...notesOf(figures).map((text, i) => `${i + 1}. ${code(text)}`),
  ].join('\n');
}

/** Every message with which an ADD failed, each once. */
function notesOf({ adds }: Pick<Figures, 'adds'>): string[] {
  const all = CASES.flatMap(({ name }) => Object.values(adds[name] ?? {}).flatMap((by) => Object.values(by)));
  return [...new Set(all)].filter((did) => did !== 'ok');
}

function clauseRow({ section, says, since, tests = [], cases = [], note }: Clause): string[] {
  const shown = [
    ...[...Map.groupBy(tests, ([file]) => file)].map(
      ([file, some]) =>
        `[${file.replace(/^.*\/|\.test\.ts$/g, '')}](../../test/unit/${file}): ${some.map(([, name]) => `“${name}”`).join(', ')}`,
    ),
    ...(cases.length > 0 ? [`compared: ${cases.join(', ')}`] : []),
    ...(note ? [note] : []),
  ];
  return [section, says, since ?? '', shown.join('<br>')];
}

function summary(): string {
  const shown = CLAUSES.filter(({ tests, cases }) => tests || cases).length;
  return `${CLAUSES.length} clauses: ${shown} are shown by a test or the comparison, ${CLAUSES.length - shown} are not the runtime’s or leave it the choice.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}
