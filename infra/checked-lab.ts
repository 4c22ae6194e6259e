// A lab that the command has read and checked, handed to the program of the same run, which would take as long again.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from './lab/lab.ts';
import { stateDir } from './util/dirs.ts';

/** Names the file, in the environment of the engine that the command starts. */
export const CHECKED_LAB = 'CNILAB_CHECKED_LAB';

/** Where it is while an engine works on the stack. */
export function checkedLabFile(stack: string): string {
  return path.join(stateDir(), 'logs', `${stack}.lab.json`);
}

/** Writes it to `file`, whose directory is made. @param labFile absolute path of where it was read from */
export async function handOver(lab: Lab, labFile: string, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
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
