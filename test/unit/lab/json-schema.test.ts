// The published JSON Schema is the one that the code has.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { labJsonSchema } from '../../../infra/lab/json-schema.ts';

it('labs/lab.schema.json is up to date (else: node scripts/write-schemas.ts)', () => {
  const published = readFileSync(new URL('../../../labs/lab.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(labJsonSchema())));
});

it('lets an editor complete: everything with a default may be left out', () => {
  expect(labJsonSchema()).toMatchObject({
    required: ['name', 'cluster', 'network'],
    additionalProperties: false,
  });
});
