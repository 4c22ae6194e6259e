// A started program that says on standard error when it listens: waited for, and heard until it ends.
import type { Running } from '../backends/host.ts';

export interface ListenerOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until it must have said that it listens. @default 5000 */
  readonly readyTimeoutMs?: number;
}

export interface Listener {
  /** Resolves when all its lines have been heard, which is when it has ended. */
  readonly ended: Promise<'ended'>;
  /** Why it does not listen; it has been killed then. */
  readonly why?: string;
}

/**
 * @param hear is given every line until the program ends, and answers whether that line says that it listens
 * @throws the signal's reason
 */
export async function untilListening(
  running: Running,
  hear: (line: string) => boolean,
  { signal, readyTimeoutMs = 5000 }: ListenerOptions,
): Promise<Listener> {
  const { promise: isListening, resolve: listening } = Promise.withResolvers<'listening'>();
  const ended = drain(running, (line) => {
    if (hear(line)) listening('listening');
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), readyTimeoutMs);
  });
  const outcome = await Promise.race([isListening, ended, tooLate]);
  clearTimeout(timer);
  if (outcome === 'listening') return { ended };
  await running.stop('SIGKILL').catch(() => undefined);
  signal?.throwIfAborted();
  return {
    ended,
    why: outcome === 'late' ? `was not listening after ${readyTimeoutMs} ms` : 'did not start',
  };
}

async function drain(running: Running, onLine: (line: string) => void): Promise<'ended'> {
  try {
    for await (const line of running.stderrLines) onLine(line);
  } catch {
    // The stream breaks when the process is killed: what it said until then is what there is.
  }
  return 'ended';
}
