// The guides' transcripts: every command typed into a live lab, from the first to the last, prints what the guide shows.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { playedBlocksOf } from '../../infra/guide/guide.ts';
import { parseGuide } from '../../infra/guide/parse-guide.ts';
import { LabSession } from '../support/lab-session.ts';

const DIRECTORY = path.resolve(import.meta.dirname, '..', '..', 'labs');
const LABS = readdirSync(DIRECTORY, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'stacks')
  .map((entry) => entry.name);
/** Listeners wait for twenty seconds twice, and each command is a process; a busy machine takes minutes. */
const LIMIT = 20 * 60_000;
/** Guides that are played at the same time: they wait for pings more than they compute. */
const SIDE_BY_SIDE = pLimit(2);

describe.concurrent('the guide', () => {
  it.each(LABS)(
    'of lab %s shows what its commands print, and leaves nothing',
    // It counts from the first one's start.
    { timeout: LABS.length * LIMIT },
    (lab) => SIDE_BY_SIDE(() => plays(lab)),
  );
});

async function plays(lab: string): Promise<void> {
  const session = await LabSession.open();
  try {
    const stack = `guide-${lab}-${process.pid}`;
    const { stdout, stderr, exitCode } = await session.cli(
      ['guide', '--check', lab, '--stack', stack],
      {},
      LIMIT,
    );
    const { differences, commands } = summary(stdout);
    expect(differences, stderr).toBe('');
    expect(exitCode, stderr).toBe(0);
    expect(commands).toBe(commandsIn(lab));
    expect((await session.cli(['list', '--json'])).stdout).toContain('"stacks": []');
  } finally {
    await session.close();
  }
}

/** That are not for a reader's hands alone. */
function commandsIn(lab: string): number {
  const guide = parseGuide(readFileSync(path.join(DIRECTORY, lab, 'README.md'), 'utf8'));
  return playedBlocksOf(guide).flatMap(({ commands }) => commands).length;
}

/** Everything before the last line is differences. */
function summary(stdout: string) {
  const [, differences = '', all] =
    /^([\s\S]*?)Guide \S+: \d+ of (\d+) commands print what it shows\n$/.exec(stdout) ?? [];
  return { differences, commands: Number(all) };
}
