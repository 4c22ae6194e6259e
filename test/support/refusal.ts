// What every message about a mistake must be like, whatever the mistake.
import { expect } from 'vitest';
import type { CliLab } from './cli-labs.ts';
import type { CliResult } from './lab-session.ts';

/** A line of a JavaScript or Go stack trace. */
const TRACE = /^\s+at .*[:(]|^goroutine \d+|^panic:/m;

/**
 * Expects the exit code, one message and no stack trace.
 * @returns the message, without what differs from run to run
 */
export function refusal(lab: CliLab, result: CliResult, exitCode: number): string {
  const { stdout, stderr } = result;
  const shown = `${stdout}\n${stderr}`;
  expect({ exitCode: result.exitCode, shown }).toEqual({ exitCode, shown });
  expect(shown).not.toMatch(TRACE);
  expect(stderr.match(/^(cnilab|error): /gm), stderr).toHaveLength(1);
  return lab.plain(stderr);
}

/** Processes take a moment to be gone after the command that ended them. */
export async function expectNothingLeft(lab: CliLab): Promise<void> {
  await expect.poll(() => lab.left(), { timeout: 30_000, interval: 50 }).toEqual([]);
}
