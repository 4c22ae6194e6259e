// What one student's experiments saw, as bytes: who collects opens no file of an account, which may be a link to another.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { instanceStack } from '../../../../infra/course/course.ts';
import { labResultsSchema } from '../../../../infra/experiments/results-schema.ts';
import { resultsFile } from '../../../../infra/experiments/results-store.ts';
import { resultsDir } from '../../../../infra/state/stack-store.ts';
import { environmentError } from '../../cli-error.ts';
import type { Task } from './task.ts';

/** Of all files of one student, bytes. Those of `flannel` have less than one of these megabytes. */
const MOST = 64 * 1024 * 1024;
/** As base64, with the JSON around it. */
const MOST_BYTES = 90 * 1024 * 1024;

const RESULTS = 'results.json';
const CAPTURE = /^captures\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}\.pcapng$/;

export interface ResultFile {
  /** `results.json`, or `captures/<experiment>.pcapng`. */
  readonly name: string;
  readonly base64: string;
}

export const resultsTask: Task<undefined, readonly ResultFile[]> = {
  name: 'results',
  mostBytes: MOST_BYTES,
  value: z
    .array(
      z.strictObject({
        name: z.string().refine((name) => name === RESULTS || CAPTURE.test(name), 'is no file of results'),
        base64: z.string(),
      }),
    )
    .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, 'a file twice')
    .refine((files) => files.every(isWhatItSays), 'a file is not what it is called'),
  run: async (course, student) => {
    const directory = resultsDir(instanceStack(course.name, student));
    const files: ResultFile[] = [];
    let size = 0;
    for (const name of await resultFiles(directory)) {
      const content = await readFile(path.join(directory, name)).catch((error: NodeJS.ErrnoException) => {
        // Nothing has been verified, or it is being verified again.
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (!content) continue;
      size += content.length;
      if (size > MOST) throw environmentError(`results and captures have more than ${MOST} bytes`);
      files.push({ name, base64: content.toString('base64') });
    }
    return files;
  },
};

/** What of a results directory is collected, relative to it; not all of it need be there. */
export async function resultFiles(directory: string): Promise<readonly string[]> {
  const captures = await readdir(path.join(directory, 'captures')).catch(() => []);
  return [
    path.basename(resultsFile(directory)),
    ...captures
      .filter((file) => file.endsWith('.pcapng') && !file.startsWith('.'))
      .map((file) => path.posix.join('captures', file)),
  ];
}

/** Block type of a section header, which every pcapng file begins with. */
const PCAPNG = Buffer.from([0x0a, 0x0d, 0x0d, 0x0a]);

function isWhatItSays({ name, base64 }: ResultFile): boolean {
  const content = Buffer.from(base64, 'base64');
  if (name !== RESULTS) return content.subarray(0, PCAPNG.length).equals(PCAPNG);
  try {
    return labResultsSchema.safeParse(JSON.parse(content.toString('utf8'))).success;
  } catch {
    return false;
  }
}
