// The guides' transcripts: every command typed into a live lab, from the first to the last, prints what the guide shows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabSession } from '../support/lab-session.ts';

const LABS = ['kindnet', 'flannel', 'services'];
/** Listeners wait for twenty seconds twice, and each command is a process; a busy machine takes minutes. */
const LIMIT = 20 * 60_000;

describe.each(LABS)('the guide of lab %s', (lab) => {
  let session: LabSession;
  beforeAll(async () => {
    session = await LabSession.open();
  });
  afterAll(async () => {
    await session?.close();
  });

  it('shows what its commands print, and leaves nothing', { timeout: LIMIT }, async () => {
    const stack = `guide-${lab}-${process.pid}`;
    const { stdout, stderr, exitCode } = await session.cli(
      ['guide', '--check', lab, '--stack', stack],
      {},
      LIMIT,
    );
    const { differences, commands } = summary(stdout);
    expect(differences, stderr).toBe('');
    expect(exitCode, stderr).toBe(0);
    expect(commands).toBeGreaterThan(40);
    expect((await session.cli(['list', '--json'])).stdout).toContain('"stacks": []');
  });
});

/** Everything before the last line is differences. */
function summary(stdout: string) {
  const [, differences = '', all] =
    /^([\s\S]*?)Guide \S+: \d+ of (\d+) commands print what it shows\n$/.exec(stdout) ?? [];
  return { differences, commands: Number(all) };
}
