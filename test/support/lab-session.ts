// Real labs for tests: a state directory, a Pulumi home and a file backend of their own, the project as it is checked out.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
} from '@pulumi/pulumi/automation/index.js';
import type { LabResults } from '../../infra/experiments/result.ts';
import type { StackRecord } from '../../infra/state/stack-store.ts';
import { exec } from '../../infra/util/exec.ts';
import { findEngine } from '../../scripts/setup/engine.ts';
import { toolPath } from '../../scripts/setup/engine-env.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');

export interface UpSettings {
  /** Name of the stack. @default one that no other test has */
  readonly stack?: string;
  readonly isolation?: 'auto' | 'rootless' | 'root';
  readonly backend?: string;
}

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stack with a lab, driven through the Automation API on the checkout's own program. */
export interface LabStack {
  readonly name: string;
  /** Resource changes by operation, such as {create: 15}; what the engine said, in full, when it fails. */
  up(): Promise<Readonly<Record<string, number>>>;
  /** Planned changes by operation, without `same`. {}: nothing to do. */
  preview(): Promise<Readonly<Record<string, number>>>;
  /** Found changes by operation, without `same`. */
  refresh(): Promise<Readonly<Record<string, number>>>;
  destroy(): Promise<void>;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  results(): Promise<LabResults>;
  /** Undefined when nothing stands. */
  record(): Promise<StackRecord | undefined>;
}

export class LabSession {
  /** Everything is below this directory. */
  readonly directory: string;
  /** For any process that is to work on this session's labs. */
  readonly env: Readonly<Record<string, string>>;
  readonly #stacks = new Map<string, { readonly stack: Stack; readonly lab: LabStack }>();

  private constructor(directory: string) {
    this.directory = directory;
    this.env = {
      ...(process.env as Record<string, string>),
      PATH: toolPath(),
      CNILAB_STATE_DIR: path.join(directory, 'state'),
      PULUMI_HOME: path.join(directory, 'pulumi-home'),
      PULUMI_BACKEND_URL: `file://${path.join(directory, 'pulumi-state')}`,
      PULUMI_CONFIG_PASSPHRASE: '',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    };
  }

  static async open(): Promise<LabSession> {
    const directory = await mkdtemp(path.join(tmpdir(), 'cnilab-test-'));
    await Promise.all(
      ['state', 'pulumi-home', 'pulumi-state'].map((name) => mkdir(path.join(directory, name))),
    );
    return new LabSession(directory);
  }

  /** A stack for a lab (a name in labs/ or the absolute path of a lab file); nothing is stood up yet. */
  async stack(lab: string, settings: UpSettings = {}): Promise<LabStack> {
    const name = settings.stack ?? uniqueName(lab);
    const known = this.#stacks.get(name);
    if (known) return known.lab;
    const stack = await LocalWorkspace.createStack(
      { stackName: name, workDir: ROOT },
      { envVars: { ...this.env }, pulumiCommand: await command() },
    );
    const { isolation, backend } = settings;
    const config = Object.entries({ lab, isolation, backend }).flatMap(([key, value]) =>
      value === undefined ? [] : [[`cnilab:${key}`, { value }] as const],
    );
    await stack.setAllConfig(Object.fromEntries(config));
    const labStack = this.#labStack(name, stack);
    this.#stacks.set(name, { stack, lab: labStack });
    return labStack;
  }

  /** Runs the real command line, as `npm run -s lab -- …` does, with this session's environment. */
  async cli(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    timeoutMs = 240_000,
  ): Promise<CliResult> {
    return await exec([NODE, path.join(ROOT, 'scripts', 'cnilab.ts'), ...args], {
      cwd: ROOT,
      env: { ...this.env, ...env },
      timeoutMs,
    });
  }

  /** Takes down what still stands and removes every file. Call it in afterAll. */
  async close(): Promise<void> {
    const { exitCode, stderr } = await this.cli(['down', '--all']);
    await Promise.all([...this.#stacks.keys()].map((name) => rm(configFile(name), { force: true })));
    // What could not be taken down is left to look at.
    if (exitCode !== 0) throw new Error(`down --all failed (${this.directory}): ${stderr}`);
    await rm(this.directory, { recursive: true, force: true });
  }

  #labStack(name: string, stack: Stack): LabStack {
    const file = (...parts: string[]) => path.join(this.directory, 'state', 'stacks', name, ...parts);
    const json = async (...parts: string[]) => JSON.parse(await readFile(file(...parts), 'utf8')) as unknown;
    return {
      name,
      up: () => changesOf((onEvent) => stack.up({ onEvent, suppressOutputs: true })),
      preview: async () => withoutSame((await stack.preview()).changeSummary),
      refresh: () => changesOf((onEvent) => stack.refresh({ onEvent })).then(withoutSame),
      destroy: async () => {
        await stack.destroy({ remove: true });
        this.#stacks.delete(name);
      },
      outputs: async () =>
        Object.fromEntries(
          Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value as unknown]),
        ),
      results: async () => (await json('results', 'results.json')) as LabResults,
      record: async () => (await json('record.json').catch(() => undefined)) as StackRecord | undefined,
    };
  }
}

type Changes = Readonly<Record<string, number>>;

/** The engine's own count, from its event stream: `pulumi stack history` would be another process. */
async function changesOf(run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>): Promise<Changes> {
  let changes: Changes = {};
  await run((event) => {
    changes = event.summaryEvent?.resourceChanges ?? changes;
  });
  return changes;
}

function withoutSame(changes: Readonly<Record<string, number | undefined>>): Changes {
  return Object.fromEntries(
    Object.entries(changes).filter(
      (entry): entry is [string, number] => entry[0] !== 'same' && Boolean(entry[1]),
    ),
  );
}

/** One for the process: each would ask `pulumi version`. */
let found: Promise<PulumiCommand> | undefined;

function command(): Promise<PulumiCommand> {
  found ??= findEngine().then((engine) => {
    if (!engine) throw new Error('there is no Pulumi engine here: npm run doctor');
    return PulumiCommand.get({ root: path.dirname(path.dirname(engine.pulumi)) });
  });
  return found;
}

let made = 0;

function uniqueName(lab: string): string {
  const base = path.basename(lab.endsWith('.yaml') ? path.dirname(lab) : lab);
  return `${base}-${process.pid}-${made++}`;
}

function configFile(stack: string): string {
  return path.join(ROOT, 'labs', 'stacks', `Pulumi.${stack}.yaml`);
}
