// Shows that a long step is alive: one rewritten line on a terminal, a plain line every half minute elsewhere.

const TERMINAL_TICK_MS = 500;
const PLAIN_TICK_MS = 30_000;

/** A report of where the step is, shown behind its name. */
export type Report = (detail: string) => void;

/**
 * Runs a long step. Everything goes to stderr: stdout belongs to the command that was asked for.
 * @param estimateS how long it usually takes, in seconds
 */
export async function withProgress<T>(
  what: string,
  estimateS: number,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const terminal = process.stderr.isTTY === true;
  const start = Date.now();
  let detail = '';
  const elapsed = () => Math.round((Date.now() - start) / 1000);
  const show = () => {
    const text = progressLine(what, elapsed(), estimateS, detail);
    if (!terminal) process.stderr.write(`${text}\n`);
    else process.stderr.write(`\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  };
  show();
  const timer = setInterval(show, terminal ? TERMINAL_TICK_MS : PLAIN_TICK_MS);
  let outcome = 'failed';
  try {
    const result = await work((text) => {
      detail = text;
    });
    outcome = 'done';
    return result;
  } finally {
    clearInterval(timer);
    process.stderr.write(`${terminal ? '\r\x1b[2K' : ''}${what}: ${outcome} after ${duration(elapsed())}\n`);
  }
}

/** `Building the engine … 2 min 5 s of about 8 min (detail)` */
export function progressLine(what: string, elapsedS: number, estimateS: number, detail: string): string {
  const usual = duration(estimateS);
  let time = `${duration(elapsedS)} of about ${usual}`;
  if (elapsedS === 0) time = `about ${usual}`;
  if (elapsedS > estimateS) time = `${duration(elapsedS)}, usually ${usual}`;
  return `${what} … ${time}${detail && ` (${detail})`}`;
}

/** Seconds as a person says them: `45 s`, `2 min`, `2 min 5 s`. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
