// A lab that the command has read and checked, handed to the program of the same run: reading it twice takes twice as long.
import { readFile, writeFile } from 'node:fs/promises';
import type { Lab } from './lab/lab.ts';

/** Names the file, in the environment of the engine that the command starts. */
export const CHECKED_LAB = 'CNILAB_CHECKED_LAB';

/** Writes it to `file`. @param labFile absolute path of where it was read from */
export async function handOver(lab: Lab, labFile: string, file: string): Promise<void> {
  await writeFile(file, JSON.stringify({ labFile, lab }), { mode: 0o600 });
}

/** The lab of that file as the command has read it; undefined when there is none, as under a plain `pulumi up`. */
export async function handedOver(
  labFile: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Lab | undefined> {
  const file = env[CHECKED_LAB];
  const text = file ? await readFile(file, 'utf8').catch(() => undefined) : undefined;
  if (text === undefined) return undefined;
  const checked = JSON.parse(text) as { readonly labFile: string; readonly lab: Lab };
  return checked.labFile === labFile ? checked.lab : undefined;
}
