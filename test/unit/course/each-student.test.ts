import { describe, expect, it } from 'vitest';
import { eachStudent, failuresOf } from '../../../infra/course/each-student.ts';

describe('work for each student', () => {
  it('is done for some at a time, and told in the order in which it ends', async () => {
    let [now, most] = [0, 0];
    const told: string[] = [];
    const gates = new Map(['a', 'b', 'c'].map((name) => [name, Promise.withResolvers<void>()]));
    const work = async (student: string) => {
      most = Math.max(most, ++now);
      await gates.get(student)?.promise;
      now -= 1;
      return student.toUpperCase();
    };
    const done = eachStudent(['a', 'b', 'c'], work, { atOnce: 2, tell: ({ student }) => told.push(student) });
    for (const name of ['b', 'c', 'a']) {
      gates.get(name)?.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await done).toEqual([
      { student: 'a', value: 'A' },
      { student: 'b', value: 'B' },
      { student: 'c', value: 'C' },
    ]);
    expect({ most, told }).toEqual({ most: 2, told: ['b', 'c', 'a'] });
  });

  it('that fails for one goes on for the others, and a reason is told once', async () => {
    const work = async (student: string) => {
      if (student === 'b') return 1;
      throw new Error(student === 'd' ? 'something else' : 'no plugin');
    };
    const outcomes = await eachStudent(['a', 'b', 'c', 'd'], work, { atOnce: 1 });
    expect(failuresOf(outcomes).map(({ students, error }) => [students, error.message])).toEqual([
      [['a', 'c'], 'no plugin'],
      [['d'], 'something else'],
    ]);
  });

  it('that is stopped begins for nobody else', async () => {
    const abort = new AbortController();
    const begun: string[] = [];
    const work = async (student: string) => {
      begun.push(student);
      abort.abort();
      abort.signal.throwIfAborted();
    };
    const outcomes = await eachStudent(['a', 'b'], work, { atOnce: 1, signal: abort.signal });
    expect(begun).toEqual(['a']);
    expect(outcomes).toEqual([
      { student: 'a', skipped: true },
      { student: 'b', skipped: true },
    ]);
  });
});
