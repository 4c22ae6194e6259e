// A command in one student's instance, to its end.
import { z } from 'zod';
import { loadBackend } from '../../../../infra/backends/registry.ts';
import { strangeText } from '../../../../infra/course/accounts/strange-text.ts';
import { COURSE_BACKEND } from '../../../../infra/course/course.ts';
import { checkTarget } from '../../verbs/exec.ts';
import { standingRecord } from '../standing-record.ts';
import type { Task } from './task.ts';

/** For the command, ms. */
const LIMIT_MS = 60_000;
/** Of what comes back of an account's, characters of either stream, and bytes as JSON. */
const MOST_TEXT = 4 * 1024 * 1024;
const MOST_BYTES = 16 * 1024 * 1024;

interface Params {
  readonly target: string;
  readonly command: readonly string[];
}

interface Value {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const execTask: Task<Params, Value> = {
  name: 'exec',
  value: z.strictObject({
    exitCode: z.int().min(0).max(255),
    stdout: strangeText(MOST_TEXT),
    stderr: strangeText(MOST_TEXT),
  }),
  mostBytes: MOST_BYTES,
  run: async (course, student, { target, command }, signal) => {
    const backend = await loadBackend(COURSE_BACKEND);
    const record = await standingRecord(course, student);
    checkTarget(target, record);
    try {
      const host = backend.connect(record.handle).host(target);
      const { exitCode, stdout, stderr } = await host.run(command, { signal, timeoutMs: LIMIT_MS });
      return { exitCode, stdout, stderr };
    } finally {
      await backend.disconnect(record.handle);
    }
  },
};
