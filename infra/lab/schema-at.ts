// Finds the part of the lab schema that governs a path, to tell which keys could have stood there.
import { z } from 'zod';
import type { Path } from './problem.ts';

type Schema = z.core.$ZodType;

/** Keys of the object schema at `path`, following the branch that the data's own discriminator names. */
export function keysAt(schema: Schema, path: Path, data: unknown): readonly string[] {
  let at: Schema | undefined = pick(schema, data);
  let value = data;
  for (const step of path) {
    value = child(value, step);
    if (at instanceof z.ZodObject) at = own(at.shape, String(step));
    else if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else return [];
    if (at === undefined) return [];
    at = pick(at, value);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The value at `path`, undefined when there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(child, data);
}

function child(value: unknown, step: string | number): unknown {
  return typeof value === 'object' && value !== null
    ? own(value as Record<string, unknown>, String(step))
    : undefined;
}

function own<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Unwraps defaults, optionals and lazies; of a discriminated union, the branch of this value. */
function pick(schema: Schema, value: unknown): Schema | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return pick(schema.unwrap() as Schema, value);
  if (schema instanceof z.ZodLazy) return pick(schema.unwrap() as Schema, value);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const wanted = child(value, schema.def.discriminator);
    return (schema.options as readonly Schema[]).find((option) => {
      const tag = option instanceof z.ZodObject ? option.shape[schema.def.discriminator] : undefined;
      return tag instanceof z.ZodLiteral && (tag.values as Set<unknown>).has(wanted);
    });
  }
  return schema;
}
