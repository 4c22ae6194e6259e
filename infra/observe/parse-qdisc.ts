// What `tc -j qdisc show` prints, as rows; tbf rates in bits per second.
import { z } from 'zod';
import { readJson } from './sections.ts';
import type { QdiscRow } from './snapshot.ts';

const qdisc = z.looseObject({
  kind: z.string(),
  handle: z.string().default(''),
  dev: z.string().default(''),
  root: z.boolean().optional(),
  parent: z.string().optional(),
  options: z.looseObject({ rate: z.number().optional(), burst: z.number().optional() }).optional(),
});

/** @param text of `tc -j qdisc show`; its rates are bytes per second */
export function readQdiscs(text: string, tool: string): QdiscRow[] {
  return readJson(text, tool, z.array(qdisc)).map((q) => ({
    dev: q.dev,
    kind: q.kind,
    handle: q.handle,
    ...(q.parent !== undefined && { parent: q.parent }),
    ...(q.options?.rate !== undefined && { rateBps: q.options.rate * 8 }),
    ...(q.options?.burst !== undefined && { burstBytes: q.options.burst }),
  }));
}
