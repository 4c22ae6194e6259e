// The lab schema for editors: JSON Schema (draft 2020-12) of what may be written, defaults included.
import { z } from 'zod';
import { labFile } from './schema.ts';

/** As published in labs/lab.schema.json. */
export function labJsonSchema(): Record<string, unknown> {
  // `input`: what has a default may be left out by the one who writes.
  const { $schema, ...rest } = z.toJSONSchema(labFile, { io: 'input' });
  return { $schema, title: 'cnilab lab file', ...rest };
}
