// What a backend keeps on this machine's disk about one cluster: JSON files in a directory of its own (0700), each replaced as a whole.
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { stateDir } from '../util/dirs.ts';

export class ClusterDirectory {
  readonly #dir: string;

  /** @param kind directory of all clusters of a kind, such as "sandboxes" @param id of the cluster */
  constructor(kind: string, id: string) {
    this.#dir = path.join(stateDir(), kind, id);
  }

  path(name: string): string {
    return path.join(this.#dir, name);
  }

  /** Makes the directory, for a file that somebody else writes. */
  make(): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
  }

  names(): readonly string[] {
    try {
      return readdirSync(this.#dir);
    } catch {
      return [];
    }
  }

  /** undefined when there is no such file */
  read(name: string): unknown {
    const text = this.readText(name);
    return text === undefined ? undefined : JSON.parse(text);
  }

  readText(name: string): string | undefined {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Undefined: the file is removed. @throws Error naming the file */
  write(name: string, value: unknown): void {
    if (value === undefined) {
      this.remove(name);
      return;
    }
    const temporary = this.path(`.${name}.${randomBytes(4).toString('hex')}`);
    try {
      this.make();
      writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
      renameSync(temporary, this.path(name));
    } catch (cause) {
      rmSync(temporary, { force: true });
      throw new Error(`cannot write ${this.path(name)}: ${(cause as Error).message}`, { cause });
    }
  }

  append(name: string, text: string): void {
    this.make();
    appendFileSync(this.path(name), text, { mode: 0o600 });
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
  }

  removeAll(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
