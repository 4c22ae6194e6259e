// What ip, bridge, tc, nft, iptables-save and lsns print, mutated: a picture of the host, or an error that names the tool.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { pickNetwork } from '../../infra/cni/config-dir.ts';
import { parseHostSections } from '../../infra/observe/parse-host.ts';
import { ObserveError } from '../../infra/observe/sections.ts';
import { parseRuleset } from '../../infra/predict/netfilter/ruleset.ts';
import { ROOT } from '../cli/project.ts';
import { textEdit } from './edit-text.ts';
import { type Tree, treeEdit } from './edit-tree.ts';
import type { Target } from './target.ts';

const RECORDED = path.join(ROOT, 'test', 'unit', 'observe', 'fixtures');

/** Whole outputs of the script that observes a host, by iproute2 6.1. */
export function recordedOutputs(): readonly string[] {
  const names = readdirSync(RECORDED).filter((name) => name.endsWith('.out.txt'));
  return names.toSorted().map((name) => readFileSync(path.join(RECORDED, name), 'utf8'));
}

const isJson = (line: string) => /^[[{].*[\]}]$/.test(line);
const anywhere = fc.nat({ max: 1_000_000 });

/** As other versions of iproute2 print: a key that is not there, one that is new, a number as text and the other way round. */
function otherVersion(line: string, n: number, how: 'drop' | 'add' | 'retype'): string {
  const found = [...line.matchAll(/"([a-z_]+)":("[^"]*"|-?\d+|true|false|null)(,?)/g)];
  const one = found[n % Math.max(1, found.length)];
  if (!one) return line;
  const [all, key = '', value = '', comma = ''] = one;
  const other =
    how === 'drop'
      ? ''
      : how === 'add'
        ? `"${key}":${value},"new_${key}":{"x":[1]}${comma}`
        : `"${key}":${value.startsWith('"') ? 17 : `"${value}"`}${comma}`;
  const changed = line.slice(0, one.index) + other + line.slice(one.index + all.length);
  return changed.replace(/,([}\]])/g, '$1');
}

export function toolOutputs(outputs: readonly string[] = recordedOutputs()): Target<string> {
  const trees: readonly Tree[] = outputs.flatMap((text) =>
    text
      .split('\n')
      .filter(isJson)
      .map((line) => JSON.parse(line) as Tree),
  );
  const mutated = outputs.map((text) => {
    const lines = text.split('\n');
    const json = lines.flatMap((line, i) => (isJson(line) ? [i] : []));
    const change = (n: number, to: (line: string) => string) => {
      const at = json[n % json.length];
      return lines.map((line, i) => (i === at ? to(line) : line)).join('\n');
    };
    const asText = fc
      .array(textEdit(text), { minLength: 1, maxLength: 4 })
      .map((edits) => edits.reduce((old, edit) => edit(old), text));
    const asData = fc
      .tuple(anywhere, fc.array(treeEdit(trees), { minLength: 1, maxLength: 3 }))
      .map(([n, edits]) =>
        change(
          n,
          (line) => JSON.stringify(edits.reduce((old, edit) => edit(old), JSON.parse(line) as Tree)) ?? '',
        ),
      );
    const versions = fc
      .tuple(anywhere, anywhere, fc.constantFrom('drop', 'add', 'retype'))
      .map(([n, m, how]) => change(n, (line) => otherVersion(line, m, how)));
    return fc.oneof(asText, asData, versions);
  });
  return { name: 'outputs of tools', source: fc.oneof(...mutated), hold: holdOutput, show: (text) => text };
}

/** @throws whatever is no ObserveError */
function holdOutput(text: string): string {
  try {
    const { netfilter, forwarding } = parseHostSections(text, '', { pickNetwork, forwarding: true });
    for (const family of ['ip', 'ip6'] as const)
      parseRuleset([...netfilter, ...(forwarding?.netfilter ?? [])], family);
    return 'read';
  } catch (error) {
    if (!(error instanceof ObserveError)) throw error;
    if (error.message.length > 2000) throw new Error(`a message of ${error.message.length} characters`);
    return 'refused';
  }
}
