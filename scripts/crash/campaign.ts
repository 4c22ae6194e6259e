// Lanes side by side, each with cases of its own, until there have been as many kills as asked for.
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Case, sequence } from './cases.ts';
import { NETWORKS, type Network } from './labs.ts';
import { Lane } from './lane.ts';
import type { Outcome } from './outcome.ts';
import { References, UsualTimes } from './references.ts';
import { runCase, type Standing } from './run-case.ts';

export interface CampaignOptions {
  /** Kills to make. */
  readonly runs: number;
  readonly seed: number;
  readonly lanes: number;
  /** These, once each, instead of what the seed says. */
  readonly only: readonly Case[];
  /** Directories are made in it. */
  readonly directory: string;
  /** Keeps the directories of lanes with a failure. */
  readonly keep: boolean;
  readonly stop: AbortSignal;
  readonly told: (outcome: Outcome) => void;
}

export async function campaign(options: CampaignOptions): Promise<readonly Outcome[]> {
  const root = mkdtempSync(path.join(options.directory, 'cnilab-crash-'));
  // Labs of root run as another user, who has to come to the plugins.
  chmodSync(root, 0o755);
  const lanes = new Set<Lane>();
  let opened = 0;
  const open = async (network: Network) => {
    const name = `crash-${process.pid}-${opened++}`;
    const lane = await Lane.open(path.join(root, name), name, network);
    lanes.add(lane);
    return lane;
  };
  const references = new References(open, new UsualTimes());
  const outcomes: Outcome[] = [];
  const kept: string[] = [];
  const tell = (outcome: Outcome) => {
    outcomes.push(outcome);
    options.told(outcome);
  };
  const kills = () => outcomes.filter(({ came }) => came !== 'missed').length;
  const wanted = () => !options.stop.aborted && (options.only.length > 0 || kills() < options.runs);

  /** A failure ends a lane, so that it is not found again in the cases after it. */
  const work = async (network: Network, cases: Iterator<Case>) => {
    let lane = await open(network);
    let standing: Standing = { variant: undefined };
    for (let next = cases.next(); !next.done && wanted(); next = cases.next()) {
      const outcome = await runCase(lane, standing, next.value, references);
      if (options.stop.aborted) break;
      tell(outcome);
      if (outcome.came !== 'failed') continue;
      lanes.delete(lane);
      lane.killAll();
      if (options.keep) kept.push(lane.directory);
      else await lane.close();
      lane = await open(network);
      standing = { variant: undefined };
    }
  };
  const endAll = () => {
    for (const lane of lanes) lane.killAll();
  };
  options.stop.addEventListener('abort', endAll);
  try {
    const ended = await Promise.allSettled(workOf(options).map(({ network, cases }) => work(network, cases)));
    const broken = ended.find((one) => one.status === 'rejected');
    // Of what was killed because somebody asked to stop nothing can be said.
    if (broken && !options.stop.aborted) throw broken.reason;
  } finally {
    await Promise.all([...lanes].map((lane) => lane.close()));
    if (kept.length === 0) await rm(root, { recursive: true, force: true });
  }
  return outcomes;
}

function workOf({ only, lanes, seed }: CampaignOptions) {
  if (only.length > 0) {
    return NETWORKS.flatMap((network) => {
      const own = only.filter((one) => one.network === network);
      return own.length > 0 ? [{ network, cases: own.values() }] : [];
    });
  }
  return Array.from({ length: lanes }, (_, i) => {
    const network = NETWORKS[i % NETWORKS.length] as Network;
    return { network, cases: sequence(network, seed + i) };
  });
}
