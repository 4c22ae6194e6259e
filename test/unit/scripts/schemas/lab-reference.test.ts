// The reference of the lab file is the schema's own words: nothing is left out, and every example may be written.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { labJsonSchema } from '../../../../infra/lab/json-schema.ts';
import { labFile } from '../../../../infra/lab/schema.ts';
import type { JsonSchema } from '../../../../scripts/schemas/json-schema.ts';
import { labReference } from '../../../../scripts/schemas/lab-reference.ts';

const page = readFileSync(new URL('../../../../docs/lab-file-reference.md', import.meta.url), 'utf8');

describe('docs/lab-file-reference.md', () => {
  it('is up to date (else: node scripts/write-schemas.ts)', () => {
    expect(page).toBe(labReference(labJsonSchema()));
  });

  it('has every key of the schema', () => {
    const rows = [...page.matchAll(/^\| `([$\w]+)` \|/gm)].map(([, key]) => key);
    const keys = keysOf(labJsonSchema());
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !rows.includes(key))).toEqual([]);
  });

  it('has no heading over nothing', () => {
    expect([...page.matchAll(/^(#+ .*)\n+(?=#)/gm)].map(([, heading]) => heading)).toEqual([]);
  });

  it('says of every key what it means, and shows one', () => {
    const rows = [...page.matchAll(/^\| (`.+?` \|.*) \|$/gm)].map(([, cells = '']) =>
      cells.split(/(?<!\\) \| /),
    );
    const silent = rows.filter(([, what, , meaning, example]) => [what, meaning, example].includes(''));
    expect(silent).toEqual([]);
  });
});

it('every example of a key is valid there', () => {
  const told = [...examplesOf(labFile)];
  expect(told.length).toBeGreaterThan(80);
  const wrong = told.filter(({ schema, example }) => !schema.safeParse(example).success);
  expect(wrong.map(({ example }) => example)).toEqual([]);
});

describe('a reference', () => {
  it('tells kinds of a mapping apart, and says once what they share', () => {
    const kind = (name: string, own: JsonSchema['properties']): JsonSchema => ({
      description: `It is ${name}.`,
      properties: { is: { const: name }, size: { type: 'integer', description: 'How large.' }, ...own },
      required: ['is', 'size'],
    });
    const text = labReference({
      properties: {
        thing: {
          description: 'A thing.',
          oneOf: [
            kind('a', {}),
            kind('b', { at: { type: 'string', description: 'Where; <name>.', examples: ['x|y'] } }),
          ],
        },
      },
    });
    expect(text.slice(text.indexOf('## Top level'))).toMatchInlineSnapshot(`
      "## Top level

      | key | what | default | meaning | example |
      |---|---|---|---|---|
      | \`thing\` | [mapping](#thing) |  | A thing. |  |

      ## thing

      A thing.

      | key | what | default | meaning | example |
      |---|---|---|---|---|
      | \`is\` | \`a\` or \`b\` | required | Which of those below it is. | \`a\` |
      | \`size\` | integer | required | How large. |  |

      ### thing with is: a

      It is a.

      ### thing with is: b

      It is b.

      | key | what | default | meaning | example |
      |---|---|---|---|---|
      | \`at\` | text |  | Where; \\<name>. | \`x\\|y\` |
      "
    `);
  });

  it('refuses what it cannot tell', () => {
    const oneOf = [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }];
    expect(() => labReference({ properties: { thing: { oneOf } } })).toThrow(
      'no key tells the variants apart',
    );
  });
});

function keysOf(schema: unknown): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, default: _, examples: __, ...rest } = schema as Record<string, unknown>;
  return [
    ...Object.keys(properties as object),
    ...Object.values({ ...(properties as object), ...rest }).flatMap(keysOf),
  ];
}

/** With every schema that has one: a key's own, which stands outside of what makes it optional. */
function* examplesOf(schema: z.core.$ZodType): Generator<{ schema: z.ZodType; example: unknown }> {
  for (const example of (z.globalRegistry.get(schema)?.examples ?? []) as readonly unknown[])
    yield { schema: schema as z.ZodType, example };
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) yield* examplesOf(schema.unwrap());
  else if (schema instanceof z.ZodArray) yield* examplesOf(schema.element);
  else if (schema instanceof z.ZodObject)
    for (const key of Object.values(schema.shape)) yield* examplesOf(key as z.core.$ZodType);
  else if (schema instanceof z.ZodUnion) for (const option of schema.options) yield* examplesOf(option);
}
