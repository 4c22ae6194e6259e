// Diagnoses of labs that are well: each cause that is named is a false alarm.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diagnose } from '../../infra/diagnose/diagnose.ts';
import { observePaths } from '../../infra/observe/observe-paths.ts';
import { ROOT } from '../cli/project.ts';
import type { Round } from './figures.ts';
import type { StepContext } from './steps.ts';
import { type StoodLab, standLab } from './stood-lab.ts';
import { variedLab } from './varied-labs.ts';

/** Labs of the project, and how often each is diagnosed. */
const OWN = { kindnet: 30, flannel: 30, faults: 20 } as const;
/** Labs varied at random, and how often each of them is. */
const VARIED = { labs: 30, times: 5 } as const;
const SEED = Number(process.env.CNILAB_SEED ?? 20_261);

/** What a diagnosis finds it in: as it was made, warm after pings, its neighbours forgotten, its bridges' addresses too. */
const MOMENTS: readonly ((stood: StoodLab) => Promise<void>)[] = [
  async () => {},
  everybodyAnswers,
  forgetting('ip neigh flush all'),
  forgetting(
    'ip -o link show type bridge | cut -d: -f2 | while read -r b; do ip link set dev $b type bridge fdb_flush; done',
  ),
];

/** @throws Error naming two pods that do not reach each other: that lab is not well */
export async function healthyStep({ place, stop }: StepContext): Promise<Round> {
  const alarms: string[] = [];
  let runs = 0;
  let undecided = 0;
  const look = async (file: string, times: number) => {
    const stood = await standLab(file, place, stop.soon);
    for (let i = 0; i < times; i++) {
      stop.soon.throwIfAborted();
      await MOMENTS[i % MOMENTS.length]?.(stood);
      const { lab, beyond } = await observePaths(stood.cluster, stood.lab, { signal: stop.soon });
      const diagnosis = diagnose(lab, beyond);
      runs++;
      if (diagnosis.undecided.length > 0) undecided++;
      for (const { host, subject, words } of diagnosis.findings)
        alarms.push(`${stood.lab.name}: ${host}: ${subject}: ${words}`);
    }
    await everybodyAnswers(stood);
    await stood.remove();
  };
  for (const [name, times] of Object.entries(OWN))
    await look(path.join(ROOT, 'labs', name, 'lab.yaml'), times);
  for (let i = 0; i < VARIED.labs; i++) await look(await write(place.directory, SEED + i), VARIED.times);
  for (const alarm of new Set(alarms)) process.stderr.write(`false alarm: ${alarm}\n`);
  return { healthyRuns: runs, falseAlarms: alarms.length, healthyUndecided: undecided };
}

async function write(directory: string, seed: number): Promise<string> {
  const { yaml, configs } = variedLab(seed);
  const home = path.join(directory, `varied-${seed}`);
  await mkdir(path.join(home, 'configs'), { recursive: true });
  await Promise.all(
    Object.entries({ 'lab.yaml': yaml, ...prefixed(configs) }).map(([name, text]) =>
      writeFile(path.join(home, name), text),
    ),
  );
  return path.join(home, 'lab.yaml');
}

function prefixed(configs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(configs).map(([name, text]) => [`configs/${name}`, text]));
}

/** Every pod asks every other one. */
async function everybodyAnswers({ cluster, lab }: StoodLab): Promise<void> {
  const pods = await cluster.pods();
  const script =
    'own=$1; shift; for a; do [ "$a" = "$own" ] || ping -nqc 1 -W 2 "$a" > /dev/null || { echo "$a"; exit 1; }; done';
  const all = pods.map(({ address }) => address);
  const asked = pods.map(async ({ name, address }) => {
    const { exitCode, stdout } = await cluster.host(name).run(['sh', '-c', script, 'ask', address, ...all]);
    if (exitCode !== 0)
      throw new Error(`lab ${lab.name} is not well: ${name} does not reach ${stdout.trim()}`);
  });
  await Promise.all(asked);
}

function forgetting(script: string) {
  return async ({ cluster, lab }: StoodLab) => {
    const hosts = [...lab.nodes, ...(await cluster.pods())].map(({ name }) => cluster.host(name));
    const ran = await Promise.all(hosts.map((host) => host.run(['sh', '-ec', script])));
    const failed = ran.find(({ exitCode }) => exitCode !== 0);
    if (failed) throw new Error(`${script}: ${failed.stderr.trim()}`);
  };
}
