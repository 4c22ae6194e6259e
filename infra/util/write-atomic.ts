// Files that are replaced as a whole: a reader sees the old file or the new one, and only the user who ran the lab sees either.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file (mode 0600) beside its final name and renames it into place; makes its directory (mode 0700).
 * On failure nothing is left of it.
 * @throws Error naming the file, such as when the disk is full
 */
export async function writeAtomic(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new Error(`cannot write ${file}: ${why(cause as NodeJS.ErrnoException)}`, { cause });
  }
}

function why(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOSPC') return 'the disk is full; make room and run it again';
  if (error.code === 'EDQUOT') return "the user's disk quota is used up; make room and run it again";
  if (error.code === 'EROFS' || error.code === 'EACCES')
    return `${error.message}; choose a directory that can be written`;
  return error.message;
}
