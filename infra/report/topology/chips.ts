// The boxes at the top of a machine, its uplinks and tunnels: how large they are, and how many go in a row.
import { FACT } from './interface-box.ts';
import { textWidth } from './text-size.ts';
import type { TopologyInterface } from './topology.ts';

const CHIP = 36;
/** Room for the line from a tunnel to what carries it. */
export const CHIP_GAP = 24;

export const chipWidth = (chip: TopologyInterface): number =>
  Math.max(
    96,
    ...[chip.dev, ...chip.addresses].map((text) => textWidth(text, 'fact') + 16),
    chip.vni === undefined ? 0 : textWidth(`VNI ${chip.vni} in UDP`, 'fact'),
  );

export const chipHeight = ({ addresses }: TopologyInterface): number =>
  CHIP + Math.max(0, addresses.length - 1) * FACT;

export const rowWidth = (row: readonly TopologyInterface[]): number =>
  row.reduce((sum, chip) => sum + chipWidth(chip) + CHIP_GAP, -CHIP_GAP);

/** At least one row, each as long as there is room. */
export function inRows(chips: readonly TopologyInterface[], room: number): TopologyInterface[][] {
  const rows: TopologyInterface[][] = [[]];
  for (const chip of chips) {
    const row = rows.at(-1) as TopologyInterface[];
    if (row.length > 0 && rowWidth([...row, chip]) > room) rows.push([chip]);
    else row.push(chip);
  }
  return rows;
}
