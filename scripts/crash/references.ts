// What a lab comes to when nobody is killed: made once for each network and variant, in a lane of its own.

import type { Network, Variant } from './labs.ts';
import type { Lane, RunSettings } from './lane.ts';
import type { Whole } from './leftovers.ts';
import type { Operation } from './points.ts';

export interface Reference extends Whole {
  /** `results --canonical --json`. */
  readonly canonical: string;
}

/** Seconds that commands take here. Another each time, so that the latest counts half. */
export class UsualTimes {
  readonly #seconds = new Map<Operation, number>();

  of(operation: Operation): number {
    const up = this.#seconds.get('up') ?? 6;
    return this.#seconds.get(operation) ?? (operation === 'verify' || operation === 'down' ? up / 2 : up);
  }

  took(operation: Operation, seconds: number): void {
    const before = this.#seconds.get(operation);
    this.#seconds.set(operation, before === undefined ? seconds : (before + seconds) / 2);
  }
}

export class References {
  readonly #lanes: (network: Network) => Promise<Lane>;
  readonly #known = new Map<string, Promise<Reference>>();
  /** One after the other in each lane. */
  readonly #turns = new Map<Network, Promise<unknown>>();
  readonly times: UsualTimes;

  /** @param lane opens the lane of a network; asked once for each @param times learns from them */
  constructor(lane: (network: Network) => Promise<Lane>, times: UsualTimes) {
    const opened = new Map<Network, Promise<Lane>>();
    this.#lanes = (network) => {
      const known = opened.get(network) ?? lane(network);
      opened.set(network, known);
      return known;
    };
    this.times = times;
  }

  /** @throws Error when the lab does not even pass by itself */
  of(network: Network, variant: Variant): Promise<Reference> {
    const key = `${network} ${variant}`;
    const known = this.#known.get(key);
    if (known) return known;
    const turn = (this.#turns.get(network) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#make(network, variant));
    this.#turns.set(network, turn);
    this.#known.set(key, turn);
    return turn;
  }

  async #make(network: Network, variant: Variant): Promise<Reference> {
    const lane = await this.#lanes(network);
    lane.writeLab(variant);
    const up = await lane.run(['up', lane.labFile, '--stack', lane.name]);
    if (up.exitCode !== 0)
      throw new Error(`lab ${network} ${variant} does not pass by itself:\n${up.stdout}${up.stderr}`);
    const canonical = await canonicalOf(lane);
    const processes = lane.watcher.look().filter(({ inside }) => inside).length;
    const down = await lane.run(['down', '--stack', lane.name]);
    if (down.exitCode !== 0) throw new Error(`lab ${network} ${variant} does not go down:\n${down.stderr}`);
    this.times.took('up', up.seconds);
    this.times.took('down', down.seconds);
    return { canonical, processes };
  }
}

/**
 * Without the lab's name, which is another in each lane, and without the chains of the kernel's that any rule of their table
 * brings in, and that stay: portmap's DEL looks for rules of IPv6.
 */
export async function canonicalOf(lane: Lane, settings?: RunSettings): Promise<string> {
  const { stdout } = await lane.run(['results', lane.name, '--canonical', '--json'], settings);
  const withoutPolicies = (_: string, value: unknown) =>
    Array.isArray(value)
      ? value.filter((row) => !/^-P /.test((row as { rule?: string } | null)?.rule ?? ''))
      : value;
  const results = JSON.parse(stdout || 'null', withoutPolicies) as unknown;
  return JSON.stringify(results, undefined, 1).replaceAll(lane.name, '<lab>');
}
