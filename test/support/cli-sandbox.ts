// The real command line in a process of its own, with a state directory, a cache and a stand-in engine of its own.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StackRecord } from '../../infra/state/stack-store.ts';
import { cacheDir } from '../../infra/util/dirs.ts';
import { exec, startProcess } from '../../infra/util/exec.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');
const SCRIPTS = path.join(ROOT, 'scripts');
const CLI = path.join(SCRIPTS, 'cnilab.ts');

type RecordedStack = Pick<StackRecord, 'stack'> & Partial<StackRecord>;

interface RecordedResults {
  readonly experiments: readonly { readonly name: string }[];
}

export class CliSandbox {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'cnilab-cli-'));
  readonly env: Readonly<Record<string, string>>;

  constructor() {
    const bin = path.join(this.directory, 'bin');
    for (const name of ['bin', 'state', 'engine/state', 'home'])
      mkdirSync(path.join(this.directory, name), { recursive: true });
    copyFileSync(path.join(import.meta.dirname, 'stand-in-pulumi.sh'), path.join(bin, 'pulumi'));
    writeFileSync(path.join(bin, 'pulumi-language-nodejs'), '#!/bin/sh\n');
    chmodSync(path.join(bin, 'pulumi-language-nodejs'), 0o755);
    // What Node has compiled is the same for every sandbox.
    mkdirSync(path.join(this.directory, 'cache'));
    symlinkSync(path.join(cacheDir(), 'compile-cache'), path.join(this.directory, 'cache', 'compile-cache'));
    this.env = {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: path.join(this.directory, 'home'),
      LANG: 'C',
      CNILAB_STATE_DIR: path.join(this.directory, 'state'),
      CNILAB_CACHE_DIR: path.join(this.directory, 'cache'),
      PULUMI_BACKEND_URL: `file://${path.join(this.directory, 'engine', 'state')}`,
      STAND_IN_PULUMI: path.join(this.directory, 'engine'),
    };
  }

  /** For the environment of commands that are to know the backend `stand-in`. */
  get standIn(): Readonly<Record<string, string>> {
    return {
      CNILAB_EXTRA_BACKEND: `stand-in=${path.join(import.meta.dirname, 'stand-in-backend.ts')}`,
      CNILAB_STAND_IN: this.directory,
    };
  }

  /** @param program another one of scripts/ */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}, program = 'cnilab.ts') {
    return await exec([NODE, path.join(SCRIPTS, program), ...args], {
      cwd: ROOT,
      env: { ...this.env, ...env },
      timeoutMs: 60_000,
    });
  }

  /** The same, read by another command of the shell; the exit code is the command line's own. */
  async pipe(args: readonly string[], reader: string) {
    const script = `set -o pipefail; "$@" | ${reader}`;
    return await exec(['bash', '-c', script, 'bash', NODE, CLI, ...args], { cwd: ROOT, env: this.env });
  }

  /** For commands that are interrupted. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}, program = 'cnilab.ts') {
    const child = startProcess([NODE, path.join(SCRIPTS, program), ...args], {
      cwd: ROOT,
      env: { ...this.env, ...env },
    });
    child.stdin?.end();
    const output = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text;
    });
    return { child, output };
  }

  /** How the stand-in engine is to behave: see its own first lines. */
  engine(
    file: 'events' | 'stderr' | 'exit-code' | 'exit-code-up' | 'hang' | 'hang-init',
    content: string,
  ): void {
    writeFileSync(path.join(this.directory, 'engine', file), content);
  }

  /** Command lines the stand-in engine got. */
  engineCalls(): readonly string[] {
    return this.#lines('calls');
  }

  engineSignals(): readonly string[] {
    return this.#lines('signals');
  }

  /** What the engine was to do, such as `up parity-bad-netns`; making a stack counts for nothing. */
  operations(): readonly string[] {
    return this.engineCalls().flatMap((call) => {
      const [operation = ''] = call.split(' ');
      return operation === 'stack' ? [] : [`${operation} ${/--stack (\S+)/.exec(call)?.[1]}`];
    });
  }

  /** Stacks that have something in the state directory. */
  standing(): readonly string[] {
    const stacks = this.path('state', 'stacks');
    return existsSync(stacks) ? readdirSync(stacks) : [];
  }

  /** Writes a lab file that is the only one of its directory. @returns its path */
  labFile(content: string): string {
    mkdirSync(this.path('lab'), { recursive: true });
    writeFileSync(this.path('lab', 'lab.yaml'), content);
    return this.path('lab', 'lab.yaml');
  }

  /** Puts a recorded stack into the state directory, as a run of the real thing left it. */
  addStack(record: RecordedStack, results?: RecordedResults): void {
    writeStack(path.join(this.directory, 'state', 'stacks', record.stack), record, results);
  }

  /** The same, but it is `up` of that stack that puts it there. */
  upLeaves(record: RecordedStack, results?: RecordedResults): void {
    writeStack(path.join(this.directory, 'engine', 'leaves', record.stack), record, results);
  }

  /** Path below the sandbox's directory. */
  path(...parts: string[]): string {
    return path.join(this.directory, ...parts);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #lines(file: string): readonly string[] {
    const name = path.join(this.directory, 'engine', file);
    return existsSync(name) ? readFileSync(name, 'utf8').trimEnd().split('\n') : [];
  }
}

function writeStack(directory: string, record: RecordedStack, results?: RecordedResults): void {
  mkdirSync(path.join(directory, 'results', 'results'), { recursive: true });
  writeFileSync(path.join(directory, 'record.json'), JSON.stringify(record));
  if (!results) return;
  writeFileSync(path.join(directory, 'results', 'results.json'), JSON.stringify(results));
  for (const result of results.experiments) {
    writeFileSync(path.join(directory, 'results', 'results', `${result.name}.json`), JSON.stringify(result));
  }
}
