// What a lane's commands keep on disk, at one moment: by which the points of a run are told, and what is left afterwards.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../cli/project.ts';

export interface LaneFiles {
  /** Of the stack's record; undefined when there is none, '' when it cannot be read. */
  readonly recordStatus: string | undefined;
  /** Of the cluster on record. */
  readonly cluster: string | undefined;
  /** Path below state/sandboxes → when it was last written, ns. */
  readonly sandboxFiles: ReadonlyMap<string, bigint>;
  /** Of results/. */
  readonly results: ReadonlyMap<string, bigint>;
  /** The lab is handed over to a program. */
  readonly handedOver: boolean;
  /** Somebody has the engine's lock. */
  readonly locked: boolean;
  /** When the engine last saved its state, ns. */
  readonly saved: bigint | undefined;
}

export function filesOf(directory: string, stack: string): LaneFiles {
  const state = (...parts: string[]) => path.join(directory, 'state', ...parts);
  const pulumi = (...parts: string[]) => path.join(directory, 'pulumi', '.pulumi', ...parts);
  const sandboxes = state('sandboxes');
  const own = names(sandboxes).map((id) => times(path.join(sandboxes, id), `${id}/`));
  return {
    ...recordOf(state('stacks', stack, 'record.json')),
    sandboxFiles: new Map(own.flatMap((files) => [...files])),
    results: times(state('stacks', stack, 'results'), ''),
    handedOver: written(state('logs', `${stack}.lab.json`)) !== undefined,
    locked: names(pulumi('locks', 'organization', 'cnilab', stack)).some((name) => name.endsWith('.json')),
    saved: written(pulumi('stacks', 'cnilab', `${stack}.json`)),
  };
}

/** Files of the lane and of the checkout that a lab which is down, or one that stands, must not have, by path. */
export function strayFiles(directory: string, stack: string, stands: boolean): readonly string[] {
  const all = [...below(directory), ...settingsFile(stack)].map((file) => path.relative(directory, file));
  return all.filter((file) => !mayBe(file, stack, stands)).sort();
}

function mayBe(file: string, stack: string, stands: boolean): boolean {
  const [room = ''] = file.split('/');
  // Ours, and the engine's own books: its backups of a stack's state, its history, its log.
  if (['lab', 'plugins', 'pulumi-home'].includes(room)) return true;
  // An ordinary user's cache of tools, which outlives every lab (infra/util/dirs.ts).
  if (file.startsWith('home/.cache/cnilab/')) return true;
  if (room === 'pulumi') {
    if (/\/(backups|history)\/|\/meta\.yaml(\.attrs)?$|\.bak(\.attrs)?$/.test(file)) return true;
    return stands && file.includes(`/stacks/cnilab/${stack}.json`);
  }
  if (!stands) return false;
  const kept = [`state/stacks/${stack}/`, `state/sandboxes/${stack}-`, `state/logs/${stack}.engine`];
  return kept.some((start) => file.startsWith(start)) || file.endsWith(`labs/stacks/Pulumi.${stack}.yaml`);
}

function settingsFile(stack: string): readonly string[] {
  const file = path.join(ROOT, 'labs', 'stacks', `Pulumi.${stack}.yaml`);
  return written(file) === undefined ? [] : [file];
}

/** Every file, socket and FIFO below it. */
function below(directory: string): readonly string[] {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

function recordOf(file: string): Pick<LaneFiles, 'recordStatus' | 'cluster'> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { recordStatus: undefined, cluster: undefined };
  }
  try {
    const { status, handle } = JSON.parse(text) as { status: string; handle: { id: string } };
    return { recordStatus: status, cluster: handle.id };
  } catch {
    return { recordStatus: '', cluster: undefined };
  }
}

function times(directory: string, prefix: string): ReadonlyMap<string, bigint> {
  return new Map(
    names(directory).flatMap((name) => {
      const at = written(path.join(directory, name));
      return at === undefined ? [] : [[`${prefix}${name}`, at] as const];
    }),
  );
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function written(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}
