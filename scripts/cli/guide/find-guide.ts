// Which guide is meant, of which lab, and the stack that the lab is (or would be) up under.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Guide } from '../../../infra/guide/guide.ts';
import { parseGuide } from '../../../infra/guide/parse-guide.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { listRecords, readRecord, type StackRecord } from '../../../infra/state/stack-store.ts';
import { checkStackName, severalUp, stackAsked } from '../choose-stack.ts';
import { usageError } from '../cli-error.ts';
import { DEFAULT_LAB, findLabFile, nameInCheckout } from '../lab-files.ts';
import { shortPath } from '../text.ts';

export interface FoundGuide {
  /** Absolute path of the README.md. */
  readonly file: string;
  readonly text: string;
  readonly guide: Guide;
  /** Name of the lab in its file. */
  readonly lab: string;
  readonly labFile: string;
  readonly stack: string;
  /** What is up under the stack. */
  readonly record: StackRecord | undefined;
}

/** @throws CliError when there is no such lab or guide, when the guide is not in the format, or the stack is another lab's */
export async function findGuide(word: string | undefined, asked: string | undefined): Promise<FoundGuide> {
  const named = stackAsked(asked);
  const labFile = word === undefined ? undefined : await findLabFile(word);
  const record = await recordOf(named === undefined ? undefined : checkStackName(named), labFile);
  if (record && labFile !== undefined && record.labFile !== labFile) {
    throw usageError(
      `stack "${record.stack}" holds lab ${record.lab}, not ${shortPath(labFile)}`,
      `npm run -s lab -- guide --stack ${record.stack}   is the guide of what is up there`,
    );
  }
  const chosen = record?.labFile ?? labFile ?? (await findLabFile(DEFAULT_LAB));
  const lab = record?.lab ?? (await loadLab(chosen)).name;
  const file = path.join(path.dirname(chosen), 'README.md');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw usageError(`lab ${lab} has no guide`, `write one: ${shortPath(file)} (docs/guides.md is how)`);
  });
  const guide = parseGuide(text);
  if (guide.problems.length > 0) {
    const [first, ...rest] = guide.problems.map(
      ({ line, problem }) => `${shortPath(file)}:${line}: ${problem}`,
    );
    throw usageError(first ?? '', ...rest, 'docs/guides.md is the format');
  }
  return { file, text, guide, lab, labFile: chosen, stack: named ?? record?.stack ?? lab, record };
}

/** The words that mean the same guide again, for a command that a person is to type. */
export function sameAgain({ lab, labFile, stack, record }: FoundGuide): string {
  if (record) return `--stack ${stack}`;
  const word = nameInCheckout(labFile) ?? shortPath(labFile);
  return stack === lab ? word : `${word} --stack ${stack}`;
}

/** The stack that is named; else the one that holds this lab; else, when no lab is named, the only one that is up. */
async function recordOf(
  named: string | undefined,
  labFile: string | undefined,
): Promise<StackRecord | undefined> {
  if (named !== undefined) return await readRecord(named);
  const records = await listRecords();
  const fitting = labFile === undefined ? records : records.filter((one) => one.labFile === labFile);
  if (fitting.length <= 1) return fitting[0];
  throw severalUp(fitting, 'npm run -s lab -- guide');
}
