// Small labs in files of their own, stood up through the real command line; what they left behind, on disk and in /proc.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StackRecord } from '../../infra/state/stack-store.ts';
import { exec, startProcess } from '../../infra/util/exec.ts';
import { type CliResult, LabSession } from './lab-session.ts';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');
const CLI = path.join(ROOT, 'scripts', 'cnilab.ts');
const STAND_INS = path.join(import.meta.dirname, 'stand-in-plugins');

export interface LabText {
  /** Without `name`, which is the lab's own. */
  readonly yaml: string;
  /** Files of configs/. */
  readonly configs?: Readonly<Record<string, string>>;
}

export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>;
  /** Words in front of the command, such as `unshare …`. */
  readonly within?: readonly string[];
}

/** A command that has not ended yet. */
export interface Started {
  readonly pid: number;
  /** Resolves when its standard output has this text, or when it ends without. */
  printed(text: string): Promise<void>;
  readonly ended: Promise<CliResult>;
}

/** Labs of one test file, in one session. */
export class CliLabs {
  readonly session: LabSession;
  /** Open to every uid: labs of root run as another one. */
  readonly directory: string;

  private constructor(session: LabSession) {
    this.session = session;
    this.directory = mkdtempSync(path.join(tmpdir(), 'cnilab-labs-'));
    chmodSync(this.directory, 0o755);
  }

  static async open(): Promise<CliLabs> {
    return new CliLabs(await LabSession.open());
  }

  /** @param name of the lab, and of its stack but for this process's PID */
  async lab(name: string, text: LabText): Promise<CliLab> {
    const lab = new CliLab(this, name);
    await lab.write(text);
    return lab;
  }

  async close(): Promise<void> {
    await this.session.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class CliLab {
  readonly file: string;
  readonly stack: string;
  /** The first place where plugins are looked for. Its name is in the environment of every process of this lab. */
  readonly plugins: string;
  readonly #labs: CliLabs;
  readonly #name: string;
  readonly #directory: string;

  constructor(labs: CliLabs, name: string) {
    this.#labs = labs;
    this.#name = name;
    this.#directory = path.join(labs.directory, name);
    this.file = path.join(this.#directory, 'lab.yaml');
    this.stack = `${name}-${process.pid}`;
    this.plugins = path.join(this.#directory, 'plugins');
    for (const made of ['plugins', 'configs'])
      mkdirSync(path.join(this.#directory, made), { recursive: true });
  }

  async write({ yaml, configs = {} }: LabText): Promise<void> {
    await writeFile(this.file, `name: ${this.#name}\n${yaml}`);
    for (const [name, content] of Object.entries(configs)) {
      await writeFile(path.join(this.#directory, 'configs', name), content);
    }
  }

  /** Puts a stand-in where plugins are looked for, in place of one that may be there. @param type what it is called there */
  installPlugin(standIn: string, type = standIn): void {
    copyFileSync(path.join(STAND_INS, 'record.sh'), path.join(this.plugins, 'record.sh'));
    copyFileSync(path.join(STAND_INS, standIn), path.join(this.plugins, type));
    chmodSync(path.join(this.plugins, type), 0o755);
  }

  up(settings: RunSettings & { readonly args?: readonly string[] } = {}): Promise<CliResult> {
    return this.run(['up', this.file, '--stack', this.stack, ...(settings.args ?? [])], settings);
  }

  down(): Promise<CliResult> {
    return this.run(['down', '--stack', this.stack]);
  }

  run(args: readonly string[], { env = {}, within = [] }: RunSettings = {}): Promise<CliResult> {
    const options = { cwd: ROOT, env: { ...this.#env(), ...env }, timeoutMs: 240_000 };
    return exec([...within, NODE, CLI, ...args], options);
  }

  /** `up`, to be interrupted. */
  startUp(env: Readonly<Record<string, string>> = {}): Started {
    return this.start([NODE, CLI, 'up', this.file, '--stack', this.stack], env);
  }

  /** Any command in the checkout, with the environment that this lab's commands have. */
  start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const child = startProcess(argv, { cwd: ROOT, env: { ...this.#env(), ...env } });
    child.stdin.end();
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      for (const listener of listeners) listener();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const ended = child.then(({ exitCode, signal }): CliResult => {
      return { exitCode: exitCode ?? (signal === 'SIGINT' ? 130 : 137), stdout, stderr };
    });
    const printed = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => stdout.includes(text) && resolve();
        listeners.add(look);
        look();
        void ended.then(() => resolve());
      });
    return { pid: child.pid ?? 0, printed, ended };
  }

  record(): StackRecord | undefined {
    const file = path.join(this.#labs.session.directory, 'state', 'stacks', this.stack, 'record.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackRecord) : undefined;
  }

  /** Path of what the command keeps for this lab's stack. */
  state(...parts: string[]): string {
    return path.join(this.#labs.session.directory, 'state', 'stacks', this.stack, ...parts);
  }

  /** Everything that is there because of this lab: empty before it was stood up, and when it is gone. */
  left(): readonly string[] {
    const { directory } = this.#labs.session;
    const pulumi = path.join(directory, 'pulumi-state', '.pulumi');
    const entries = (dir: string) =>
      existsSync(dir) ? readdirSync(dir).map((name) => path.join(dir, name)) : [];
    const files = [
      this.state(),
      path.join(ROOT, 'labs', 'stacks', `Pulumi.${this.stack}.yaml`),
      path.join(pulumi, 'stacks', 'cnilab', `${this.stack}.json`),
      ...entries(path.join(directory, 'state', 'sandboxes')).filter((file) =>
        file.includes(`/${this.stack}-`),
      ),
      ...entries(path.join(pulumi, 'locks', 'organization', 'cnilab', this.stack)),
    ];
    const processes = this.processes().map(
      ({ pid, argv }) => `process ${pid}: ${argv.join(' ').slice(0, 80)}`,
    );
    return [...files.filter((file) => existsSync(file)), ...processes];
  }

  /** Processes of this lab that a user can see: command, engine, provider, holder. */
  processes(): readonly { readonly pid: number; readonly argv: readonly string[] }[] {
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        if (!readFileSync(`/proc/${entry}/environ`, 'utf8').includes(this.plugins)) return [];
        const argv = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').slice(0, -1);
        // An ending process has neither.
        return argv.length === 0 ? [] : [{ pid: Number(entry), argv }];
      } catch {
        return [];
      }
    });
  }

  /** Without what differs from run to run and from machine to machine. */
  plain(text: string): string {
    const { directory } = this.#labs.session;
    const named = [
      [this.plugins, '<plugins>'],
      [this.#directory, '<lab>'],
      [path.join(directory, 'state'), '<state>'],
    ] as const;
    // The command shows paths as they are shortest.
    const places = named.flatMap(([place, name]) => [
      [place, name] as const,
      [path.relative(ROOT, place), name] as const,
    ]);
    return places
      .reduce((all, [place, name]) => all.replaceAll(place, name), text)
      .replaceAll(`-${process.pid}`, '')
      .replace(/(looked in <plugins>), [^)]*/, '$1, …')
      .trimEnd();
  }

  #env(): Readonly<Record<string, string>> {
    return { ...this.#labs.session.env, CNI_PATH: this.plugins };
  }
}
