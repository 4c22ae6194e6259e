// Validates a resource's inputs with zod, and says which property is wrong in Pulumi's notation.
import type { z } from 'zod';
import { holdsUnknown } from './codec.ts';
import type { CheckFailure } from './handler.ts';
import { propertyPath } from './property-path.ts';

/**
 * Every way in which the inputs are not what the schema asks for. A complaint about a value that preview does not
 * know yet is none: it is checked again when it is known.
 */
export function checkInputs(schema: z.ZodType, news: unknown): readonly CheckFailure[] {
  const result = schema.safeParse(news);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        property: propertyPath([...issue.path, key]),
        reason: 'there is no such property',
      }));
    }
    if (holdsUnknown(valueAt(news, issue.path))) return [];
    return [{ property: propertyPath(issue.path), reason: issue.message }];
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
