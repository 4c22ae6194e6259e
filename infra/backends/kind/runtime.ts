// The container runtime that a cluster's nodes run in, by its command line.
import { exec } from '../../util/exec.ts';
import { findTool } from '../../util/tools.ts';
import { refusalError, runtimeMissing, toRefusal } from './failure.ts';
import { environmentFor } from './find-runtime.ts';
import type { KindFacts } from './kind-facts.ts';

/** The runtime's daemon may hang; nothing that is asked of it here takes long. */
const TIMEOUT_MS = 120_000;

export class Runtime {
  readonly name: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;

  /** @throws when its command is not installed */
  constructor(facts: Pick<KindFacts, 'runtime'> & Readonly<Record<string, string | number>>) {
    this.name = facts.runtime;
    const file = findTool(facts.runtime);
    if (file === undefined) throw refusalError(runtimeMissing(facts.runtime));
    this.file = file;
    this.env = environmentFor(facts);
  }

  /** Standard output. @throws Error that says what is wrong and what to do */
  async run(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const argv = [this.file, ...args];
    const result = await exec(argv, { env: this.env, timeoutMs: TIMEOUT_MS, signal });
    if (result.exitCode === 0) return result.stdout;
    throw refusalError(toRefusal(result.stderr, { runtime: this.name, argv: [this.name, ...args] }));
  }

  /** The lines of standard output that are not empty. */
  async lines(args: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    return (await this.run(args, signal)).split('\n').filter((line) => line.trim() !== '');
  }
}
