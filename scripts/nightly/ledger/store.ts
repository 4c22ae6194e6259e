// The ledger on disk: JSON Lines, only ever added to, so that two ledgers put behind each other are one.
import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type LedgerLine, ledgerLineSchema } from './line.ts';

export interface ReadLedger {
  readonly lines: readonly LedgerLine[];
  /** Lines that are none of the ledger's, such as one that was cut off: `<file>:<line>`. */
  readonly unreadable: readonly string[];
}

/** Makes the file and its directory where they are missing. @throws what the system says, naming the file */
export async function appendToLedger(file: string, lines: readonly LedgerLine[]): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  if (lines.length === 0) return await appendFile(file, '');
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  // One write: what another night adds at the same time stands before it or behind it.
  await appendFile(file, (await endsWithin(file)) ? `\n${text}` : text);
}

/** A file that cannot be read is an error; a line that cannot is counted, and the others are good. */
export async function readLedger(file: string): Promise<ReadLedger> {
  const lines: LedgerLine[] = [];
  const unreadable: string[] = [];
  for (const [index, text] of (await readFile(file, 'utf8')).split('\n').entries()) {
    if (text.trim() === '') continue;
    const line = parsed(text);
    if (line) lines.push(line);
    else unreadable.push(`${file}:${index + 1}`);
  }
  return { lines, unreadable };
}

function parsed(text: string): LedgerLine | undefined {
  try {
    return ledgerLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Whether its last line was cut off. */
async function endsWithin(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() !== '\n';
  } finally {
    await handle.close();
  }
}
