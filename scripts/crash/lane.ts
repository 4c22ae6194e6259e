// A lane: a lab of its own with directories of its own, in which one thing after the other is killed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { killGroup, startProcess } from '../../infra/util/exec.ts';
import { cniPluginDirs } from '../../infra/util/tools.ts';
import { ROOT } from '../cli/project.ts';
import { Gates } from './gates.ts';
import { crashLab, type Network, type Variant } from './labs.ts';
import { filesOf, type LaneFiles } from './lane-files.ts';
import { kill, Watcher } from './watcher.ts';

/** A command that has come to its end. */
export interface Ended {
  /** 137 when it was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface Started {
  readonly startedAt: number;
  readonly ended: Promise<Ended>;
}

export interface RunSettings {
  /** Words in front of the command. */
  readonly within?: readonly string[];
  /** Complete. @default the lane's */
  readonly env?: Readonly<Record<string, string>>;
}

/** Nothing takes so long, however busy the machine is, ms. */
const HANGS_MS = 400_000;
/** Exit code of a command that was ended for it. */
export const HUNG = 124;

const DIRECTORIES = ['state', 'pulumi', 'pulumi-home', 'home', 'tmp', 'plugins', 'lab'] as const;

export class Lane {
  readonly directory: string;
  readonly network: Network;
  /** Of the lab and of its stack. */
  readonly name: string;
  readonly watcher: Watcher;
  readonly gates: Gates;
  readonly env: Readonly<Record<string, string>>;

  private constructor(directory: string, name: string, network: Network, gates: Gates) {
    this.directory = directory;
    this.name = name;
    this.network = network;
    this.gates = gates;
    const plugins = path.join(directory, 'plugins');
    this.env = laneEnv(directory);
    this.watcher = new Watcher(directory, cniPluginDirs({ ...process.env, CNI_PATH: plugins }));
  }

  /** @param directory is made, for everybody to look into: labs of root run as another user */
  static async open(directory: string, name: string, network: Network): Promise<Lane> {
    for (const each of DIRECTORIES) mkdirSync(path.join(directory, each), { recursive: true, mode: 0o755 });
    return new Lane(directory, name, network, await Gates.open(path.join(directory, 'plugins')));
  }

  get labFile(): string {
    return path.join(this.directory, 'lab', 'lab.yaml');
  }

  writeLab(variant: Variant): void {
    writeFileSync(this.labFile, crashLab(this.name, this.network, variant));
  }

  files(): LaneFiles {
    return filesOf(this.directory, this.name);
  }

  /** `cnilab <args>`, to be killed. */
  start(args: readonly string[], { within = [], env = this.env }: RunSettings = {}): Started {
    const startedAt = performance.now();
    const argv = [...within, process.execPath, path.join(ROOT, 'scripts', 'cnilab.ts'), ...args];
    const child = startProcess(argv, { cwd: ROOT, env });
    child.stdin.end();
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      killGroup(child.pid, 'SIGKILL');
      this.killAll();
    }, HANGS_MS);
    const ended = child.then(({ exitCode }): Ended => {
      clearTimeout(timer);
      const seconds = (performance.now() - startedAt) / 1000;
      return { exitCode: hung ? HUNG : (exitCode ?? 137), stdout, stderr, seconds };
    });
    return { startedAt, ended };
  }

  run(args: readonly string[], settings: RunSettings = {}): Promise<Ended> {
    return this.start(args, settings).ended;
  }

  /** As a power cut does. @returns how many there were */
  killAll(): number {
    let killed = 0;
    // What was about to be started when the others were killed is found by the next look.
    for (let found = this.watcher.look(); found.length > 0; found = this.watcher.look()) {
      const now = found.filter(kill).length;
      if (now === 0) break;
      killed += now;
    }
    return killed;
  }

  /** Whatever is left of it goes, in whatever state it is. */
  async close(): Promise<void> {
    this.gates.end();
    this.killAll();
    await rm(path.join(ROOT, 'labs', 'stacks', `Pulumi.${this.name}.yaml`), { force: true });
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** The caller's, with every place where something is kept in the lane. */
function laneEnv(directory: string): Readonly<Record<string, string>> {
  const own = (name: string) => path.join(directory, name);
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(CNILAB_(STACK|DEBUG|STATE_DIR)|PULUMI_|XDG_)/.test(name),
  ) as [string, string][];
  return {
    ...Object.fromEntries(kept),
    HOME: own('home'),
    TMPDIR: own('tmp'),
    CNI_PATH: own('plugins'),
    CNILAB_STATE_DIR: own('state'),
    PULUMI_HOME: own('pulumi-home'),
    PULUMI_BACKEND_URL: `file://${own('pulumi')}`,
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  };
}
