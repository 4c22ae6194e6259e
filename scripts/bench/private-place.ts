// Directories of the benchmark's own, so that it meets no lab and no setting of the user's; and their removal, labs first.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClusterHandle } from '../../infra/backends/backend.ts';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import { listRecords } from '../../infra/state/stack-store.ts';
import { ROOT } from '../cli/project.ts';
import { pidsWithEnv } from './processes.ts';

export interface Place {
  readonly directory: string;
  /** Of labs that no engine made: a handle a file. */
  readonly handles: string;
  /** Name of a stack: the engine keeps a stack's settings in the checkout, where a user may have one called alike. */
  readonly stack: (lab: string) => string;
  /** Every name that was given out. */
  readonly stacks: ReadonlySet<string>;
  /** What every process that we start has in its environment, and no other has. */
  readonly mark: string;
}

/**
 * Makes the directories and sets this process's environment, which everything that it starts inherits.
 * @param purpose what names of the directory and of the stacks begin with
 */
export async function openPlace(purpose = 'bench'): Promise<Place> {
  const directory = await mkdtemp(path.join(tmpdir(), `cnilab-${purpose}-`));
  const state = path.join(directory, 'state');
  const handles = path.join(directory, 'handles');
  await Promise.all([mkdir(state), mkdir(handles), mkdir(path.join(directory, 'pulumi'))]);
  Object.assign(process.env, {
    CNILAB_STATE_DIR: state,
    PULUMI_HOME: path.join(directory, 'pulumi'),
    PULUMI_BACKEND_URL: `file://${directory}`,
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  });
  for (const name of ['PULUMI_CONFIG_PASSPHRASE_FILE', 'CNILAB_STACK', 'CNILAB_DEBUG'])
    delete process.env[name];
  const stacks = new Set<string>();
  const stack = (lab: string) => {
    const name = `${purpose}-${lab}-${process.pid}`;
    stacks.add(name);
    return name;
  };
  return { directory, handles, stack, stacks, mark: `CNILAB_STATE_DIR=${state}` };
}

/**
 * Takes down every lab that still stands, by its handle. Idempotent; one that does not go keeps none of the others.
 * @throws Error naming the labs that still stand, and where their handles are
 */
export async function removeLabs(place: Place): Promise<void> {
  const { signal } = new AbortController();
  const recorded = (await listRecords()).map(({ handle }) => handle);
  const loose = await looseHandles(place);
  // Whatever works on a lab has to go before the lab, or it might make it anew.
  for (const pid of pidsWithEnv(place.mark)) kill(pid);
  const handles = [...recorded, ...loose.map(({ handle }) => handle)];
  const gone = await Promise.allSettled(
    handles.map((handle) => netnsBackend.deleteCluster(handle, { signal })),
  );
  const standing = gone.flatMap((one, i) =>
    one.status === 'rejected' ? [`${handles[i]?.id}: ${(one.reason as Error).message}`] : [],
  );
  if (standing.length > 0)
    throw new Error(`these labs still stand (see ${place.directory}): ${standing.join('; ')}`);
  await Promise.all(loose.map(({ file }) => rm(file)));
}

export async function closePlace(place: Place): Promise<void> {
  await removeLabs(place);
  // `destroy --remove` has done so, unless it was not reached.
  const settings = [...place.stacks].map((stack) => `Pulumi.${stack}.yaml`);
  await Promise.all(settings.map((file) => rm(path.join(ROOT, 'labs', 'stacks', file), { force: true })));
  await rm(place.directory, { recursive: true, force: true });
}

/** Whatever else a step has left there is nobody's lab. */
async function looseHandles({ handles }: Place) {
  const names = (await readdir(handles).catch(() => [])).filter((name) => name.endsWith('.json'));
  const files = names.map((name) => path.join(handles, name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  // Written with one call before the lab does anything: a file that is cut off belongs to no lab.
  return texts.flatMap((text, i) => {
    const file = files[i] as string;
    return text.endsWith('}') ? [{ file, handle: JSON.parse(text) as ClusterHandle }] : [];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
