// A Host that is only got hold of when something is first asked of it.
import type { Host, HostFile, Running, RunOptions, RunResult } from '../host.ts';

export class LazyHost implements Host {
  readonly name: string;
  readonly cniConfigDir: string | undefined;
  readonly #get: () => Promise<Host>;

  constructor(name: string, get: () => Promise<Host>, cniConfigDir?: string) {
    this.name = name;
    this.cniConfigDir = cniConfigDir;
    this.#get = get;
  }

  async run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    return (await this.#get()).run(argv, options);
  }

  async start(argv: readonly string[], options?: Omit<RunOptions, 'stdin' | 'timeoutMs'>): Promise<Running> {
    return (await this.#get()).start(argv, options);
  }

  async read(path: string): Promise<Buffer | undefined> {
    return (await this.#get()).read(path);
  }

  async write(files: readonly HostFile[]): Promise<void> {
    await (await this.#get()).write(files);
  }
}
