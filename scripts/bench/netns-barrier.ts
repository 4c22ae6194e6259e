// Waits until the kernel has freed network namespaces; works for every user. How: see netns-barrier.sh.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startProcess } from '../../infra/util/exec.ts';

const SCRIPT = readFileSync(new URL('./netns-barrier.sh', import.meta.url), 'utf8');

export interface NetnsBarrier {
  /** Resolves when every network namespace that nobody held any more at the call has been freed. To be called once. */
  freed(): Promise<void>;
}

/** Prepares the wait, so that the wait itself starts nothing. @throws Error when namespaces cannot be made here */
export async function armBarrier(): Promise<NetnsBarrier> {
  // In namespaces of its own, so that its veths are nobody else's.
  const namespaces = process.getuid?.() === 0 ? ['-n'] : ['-U', '-r', '-n'];
  const child = startProcess(['unshare', ...namespaces, '--', 'bash', '--norc', '--noprofile', '-c', SCRIPT]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const expect = async (word: string) => {
    const { value } = await lines.next();
    if (value !== word) throw new Error(`the wait for freed network namespaces failed: ${stderr.trim()}`);
  };
  await expect('ready');
  return {
    async freed() {
      child.stdin.end('begin\n');
      await expect('freed');
      await child;
    },
  };
}

/** Nothing of what was given up before is being freed while the next step is measured. */
export async function settle(): Promise<void> {
  await (await armBarrier()).freed();
}
