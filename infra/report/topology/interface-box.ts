// An interface as a box: its name, and its addresses below it or, where it is flat, beside it.
import type { Box } from './drawing.ts';
import { fitted } from './text-size.ts';
import type { TopologyInterface } from './topology.ts';

/** Height of a line of facts, pixels. */
export const FACT = 14;

export function interfaceBox(
  { host, dev, kind: linkKind, addresses }: TopologyInterface,
  kind: Box['kind'],
  x: number,
  y: number,
  width: number,
  height: number,
): Box {
  const label = `${linkKind} ${dev} on ${host}`;
  const one = kind === 'bridge' || kind === 'veth';
  const texts = one ? [[dev, ...addresses].join(' · ')] : [dev, ...addresses];
  const lines = texts.map((text, index) => ({
    text: fitted(text, 'fact', width - 12),
    ...{ dx: 8, dy: (kind === 'veth' ? 14 : 16) + index * FACT, style: 'fact' as const },
  }));
  return { key: `${host}/${dev}`, kind, x, y, width, height, lines, label };
}
