// A program on a pseudo-terminal (util-linux script), and the person in front of it.
import { stripVTControlCharacters } from 'node:util';
import { startProcess } from '../../infra/util/exec.ts';
import { shellQuote } from '../../infra/util/shell-quote.ts';

export class AtTerminal {
  readonly #child: ReturnType<typeof startProcess>;
  #seen = '';
  #read = 0;
  #woken = () => {};
  #over = false;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string, columns = 100) {
    const sized = `stty cols ${columns} rows 50; exec ${shellQuote(argv)}`;
    this.#child = startProcess(['script', '-qefc', sized, '/dev/null'], {
      env: { ...env, TERM: 'xterm' },
      cwd,
    });
    this.#child.stdout.setEncoding('utf8');
    this.#child.stdout.on('data', (text: string) => {
      this.#seen += text;
      this.#woken();
    });
    this.#child.stdout.on('close', () => {
      this.#over = true;
      this.#woken();
    });
  }

  /** @returns what was shown since the last time, up to this text; without styles. @throws when it never comes */
  async until(text: string): Promise<string> {
    for (;;) {
      const plain = stripVTControlCharacters(this.#seen).replaceAll('\r', '');
      const at = plain.indexOf(text, this.#read);
      if (at !== -1) {
        const shown = plain.slice(this.#read, at + text.length);
        this.#read = at + text.length;
        return shown;
      }
      if (this.#over) throw new Error(`"${text}" is not shown; the rest is:\n${plain.slice(this.#read)}`);
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
      });
    }
  }

  /** Types a line. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\r`);
  }

  /** Types a control key, such as C or D. */
  control(letter: string): void {
    this.#child.stdin.write(String.fromCharCode(letter.charCodeAt(0) - 64));
  }

  async exitCode(): Promise<number> {
    const { exitCode } = await this.#child;
    return exitCode ?? -1;
  }

  end(): void {
    this.#child.stdin.end();
    this.#child.kill('SIGTERM');
  }
}
