// What `npm run conformance -- …` understands. Pure.
import { parseArgs } from 'node:util';
import { UsageError } from '../tool/usage-error.ts';

export interface ConformanceOptions {
  readonly cases: readonly string[];
  readonly versions: readonly string[];
  readonly plugins: readonly ('system' | 'built')[];
  readonly parallel: number;
  readonly json: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

const SETS = ['system', 'built'] as const;

export const USAGE = `usage: npm run conformance [-- options]

Gives the same networks to the CNI runtime of this project and to cnitool (libcni), in equal fresh namespaces, and
compares step by step: result, every call of a plugin (environment, input, output), the state of the kernel in node and
pod, files, and the result cache. Builds cnitool and the reference plugins from their Go modules when they are not there.
Exit code: 0 when every difference is one that docs/trust/cni-conformance.md argues, 1 when there is another.

  --case NAME         one network or situation (may be given more than once)
  --cni-version V     one version of the protocol (may be given more than once)
  --plugins SET       system: those that labs use here; built: the reference release, built (default: both)
  --parallel N        pairs at a time (default 4)
  --json              every step, for programs
  --write             also records what was run, in the place of what was recorded of the same pairs, and writes
                      docs/trust/cni-conformance.md
  -h, --help          this text
`;

/** @param known names of cases and versions. @throws UsageError */
export function parseOptions(
  args: readonly string[],
  known: { readonly cases: readonly string[]; readonly versions: readonly string[] },
): ConformanceOptions {
  const { plugins, parallel, write, json, help, ...rest } = parse(args);
  const cases = chosen('case', rest.case, known.cases);
  const versions = chosen('version', rest['cni-version'], known.versions);
  const sets = chosen('set of plugins', plugins, SETS);
  if (!/^[1-9]\d?$/.test(parallel))
    throw new UsageError(`--parallel takes a number from 1 to 99, not "${parallel}"`);
  return { cases, versions, plugins: sets, parallel: Number(parallel), write, json, help };
}

function chosen<T extends string>(what: string, words: readonly string[], all: readonly T[]): readonly T[] {
  const unknown = words.find((word) => !all.some((name) => name === word));
  if (unknown !== undefined)
    throw new UsageError(`there is no ${what} "${unknown}"; there are ${all.join(', ')}`);
  return words.length === 0 ? all : all.filter((name) => words.includes(name));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        case: { type: 'string', multiple: true, default: [] },
        'cni-version': { type: 'string', multiple: true, default: [] },
        plugins: { type: 'string', multiple: true, default: [] },
        parallel: { type: 'string', default: '4' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}
