// The person at the terminal: what they are shown, what they type, and a shell of their own in between.
import { createInterface, type Interface } from 'node:readline/promises';
import { execa } from 'execa';
import { lineWidth, terminalMarkdown } from '../../../infra/guide/terminal-markdown.ts';
import { type Terminal, type Tone, terminalOf } from '../../../infra/report/paint.ts';
import { wrap } from '../../../infra/report/wrap.ts';
import { dealWithStops } from '../engine/stop-requests.ts';
import { unguarded } from '../guard-output.ts';
import { ROOT } from '../project.ts';

export class Reader {
  #lines: Interface | undefined;
  #ended = false;
  #onInterrupt: (() => void) | undefined;
  readonly #done = dealWithStops();

  get terminal(): Terminal {
    return terminalOf(process.stdout);
  }

  /** As it is: a command, or what one has printed. */
  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** A message of the walk's own: its lines end between words. */
  note(text: string, tone?: Tone): void {
    this.say(this.#wrapped(text, tone));
  }

  /** Output of a command, as it comes. */
  show(text: string): void {
    process.stdout.write(text);
  }

  markdown(text: string): void {
    const shown = terminalMarkdown(text, this.terminal);
    if (shown !== '') this.say(`\n${shown}`);
  }

  /** @returns what was typed, trimmed; undefined for Ctrl-D and Ctrl-C */
  async ask(prompt: string): Promise<string | undefined> {
    if (this.#ended) return undefined;
    const lines = this.#open();
    const stop = new AbortController();
    const end = () => stop.abort();
    lines.once('close', end);
    this.#onInterrupt = end;
    try {
      return (await lines.question(this.#wrapped(prompt, 'dim'), { signal: stop.signal })).trim();
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      this.#ended = true;
      this.say('');
      return undefined;
    } finally {
      lines.off('close', end);
      this.#onInterrupt = undefined;
    }
  }

  /** While the work goes on, Ctrl-C is for it. */
  async during<T>(onInterrupt: () => void, work: () => Promise<T>): Promise<T> {
    this.#open();
    this.#onInterrupt = onInterrupt;
    try {
      return await work();
    } finally {
      this.#onInterrupt = undefined;
    }
  }

  /** A program with this terminal, to its end. */
  async handOver(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#lines?.close();
    this.#lines = undefined;
    const [file = 'sh', ...args] = argv;
    const { exitCode } = await execa(file, args, { stdio: 'inherit', reject: false, cwd: ROOT, env });
    if (exitCode === undefined) this.say(`${file} cannot be started`);
  }

  close(): void {
    this.#lines?.close();
    this.#done();
  }

  #wrapped(text: string, tone?: Tone): string {
    const { terminal } = this;
    const lines = wrap(text, lineWidth(terminal));
    return tone === undefined ? lines : terminal.paint(tone, lines);
  }

  #open(): Interface {
    if (this.#lines) return this.#lines;
    const lines = createInterface({ input: process.stdin, output: unguarded(process.stdout) });
    lines.on('SIGINT', () => this.#onInterrupt?.());
    this.#lines = lines;
    return lines;
  }
}
