// The shape of parity.yaml, in a lab's directory: every difference between backends that is known, and why it is one.
import { z } from 'zod';
import { label } from '../lab/schema-parts.ts';

export const explanation = z.strictObject({
  experiment: label.describe('Name of an experiment of the lab.'),
  check: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name of one of its checks. Left out: the experiment as a whole, which is in doubt or did not come to its checks.',
    ),
  backend: z.string().min(1).describe('The backend on which it is so.'),
  expect: z
    .enum(['fail', 'inconclusive', 'missing'])
    .describe('What it comes to there; missing: it is not in the results.'),
  why: z
    .string()
    .min(1)
    .describe('What a reader has to know: which part of the backend is another, and since when.'),
});

export const explanations = z.array(explanation);

/** One difference that is known. */
export type Explanation = z.infer<typeof explanation>;

/** As published in labs/parity.schema.json. */
export function parityJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(explanations, { io: 'input' });
  return { $schema, title: 'cnilab differences between backends', ...rest };
}
