// The shape of results.json, from which labs/results.schema.json is written; the compiler holds it to result.ts.
import { z } from 'zod';
import type { CheckResult, ExperimentResult, Json, LabResults } from './result.ts';

/** Raised when a reader of the older form could misread the newer one. */
export const RESULTS_VERSION = 1;

const verdict = z
  .enum(['pass', 'fail', 'inconclusive'])
  .describe(
    'fail: the kernel did something else. inconclusive: nobody can know, such as when a tap lost packets.',
  );

const json: z.ZodType<Json> = z.json();

const check = z.strictObject({
  name: z.string(),
  claim: z.string().optional().describe('The claim it shows, such as K8.'),
  verdict,
  expected: json.describe('As in the lab file, templates filled in.'),
  observed: json.describe('The part of the observation the check looked at.'),
  differences: z.array(z.string()).readonly().describe('Where they part; empty on pass.'),
});

export const experimentResultSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['inspect', 'ping', 'mesh', 'capture', 'journey', 'learning', 'diagnose', 'exec']),
  title: z.string().optional(),
  verdict,
  reason: z.string().optional().describe('Why it is inconclusive, or what stopped it.'),
  faults: z
    .array(
      z.strictObject({
        name: z.string(),
        host: z.string().describe('Node or pod.'),
        row: z.string().describe('The row of kernel state, as the tools print it.'),
      }),
    )
    .readonly()
    .optional()
    .describe('What was broken on purpose while it ran.'),
  checks: z.array(check).readonly(),
  observed: json,
  canonical: json.describe(
    '`observed` with random names, MACs, ifindexes, PIDs and times as stable symbols.',
  ),
  startedAt: z.iso.datetime(),
  durationMs: z.number().min(0).describe('Wall time, ms.'),
  trafficMs: z.number().min(0).describe('Of that, ms spent waiting for traffic at its interval.'),
  artifacts: z
    .array(z.string())
    .readonly()
    .describe("Files kept, relative to the stack's results directory."),
});

/** results.json as it is on disk: LabResults and the version of its form. */
export const labResultsSchema = z
  .strictObject({
    version: z.literal(RESULTS_VERSION),
    lab: z.string(),
    stack: z.string(),
    backend: z.string(),
    verdict,
    experiments: z.array(experimentResultSchema).readonly(),
  })
  .describe('What the experiments of a lab observed, and how that compares with what the lab expects.');

/** As published in labs/results.schema.json. */
export function resultsJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(labResultsSchema, {
    // `readonly` is for our own code's sake; to JSON Schema it would mean a property nobody may send.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  return { $schema, title: 'cnilab results', ...rest };
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** `exactOptionalPropertyTypes` and zod disagree about optional properties: compare them as required. */
type Loose<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

// Does not compile when result.ts and the schema drift apart.
const _held: [
  Same<keyof LabResults | 'version', keyof z.infer<typeof labResultsSchema>>,
  Same<keyof Loose<ExperimentResult>, keyof z.infer<typeof experimentResultSchema>>,
  Same<
    Loose<Omit<ExperimentResult, 'checks'>>,
    Loose<Omit<z.infer<typeof experimentResultSchema>, 'checks'>>
  >,
  Same<Loose<CheckResult>, Loose<z.infer<typeof check>>>,
] = [true, true, true, true];
void _held;
