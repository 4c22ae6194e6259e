// Small pieces that the lab schema is built from: labels, and the matcher that assertions are written in.
import { z } from 'zod';

/** RFC 1123 label: what Kubernetes accepts as a node, pod or container name. */
export const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and "-" (RFC 1123 label)');

/** A key with what it is for and a value that it may have: editors show both, and so does docs/lab-file-reference.md. */
export function told<T extends z.ZodType>(schema: T, description: string, example: z.input<T>): T {
  return schema.meta({ description, examples: [example] });
}

/** A part that several have: said once in the published schema, under this name, and in the reference. */
export function shared<T extends z.ZodType>(id: string, schema: T, description: string): T {
  return schema.meta({ id, description });
}

/** The network between the nodes of a dual-stack lab, in IPv6. */
export const DEFAULT_UNDERLAY6 = 'fd00:192:168:49::/64';

/** A value to compare an observed value with; see docs/assertions.md. */
export type Matcher =
  | string
  | number
  | boolean
  | null
  | readonly Matcher[]
  | { readonly [key: string]: Matcher };

export const matcher: z.ZodType<Matcher> = z
  .lazy(() =>
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(matcher), z.record(z.string(), matcher)]),
  )
  .meta({
    id: 'matcher',
    description:
      'What is compared: a scalar is equal; a mapping matches the fields it names; a list is exactly these, in order; keys with $ are operators, such as {$contains: [...]}, {$unordered: [...]}, {$count: 2}, {$matches: "^veth"}. Texts may hold ${pod.address} templates. See docs/assertions.md.',
  });
