// Whose state a checkpoint has for a student. Pure.
import type { CheckpointSummary } from './checkpoint.ts';

/**
 * Their own, where the checkpoint has it; that of the only one, where it has one only: a stage that the instructor has made.
 * @param from whose it is to be instead
 * @returns undefined when it is not clear, or there is none
 */
export function checkpointSource(
  { students }: CheckpointSummary,
  student: string,
  from: string | undefined,
): string | undefined {
  if (from !== undefined) return students.includes(from) ? from : undefined;
  if (students.includes(student)) return student;
  return students.length === 1 ? students[0] : undefined;
}
