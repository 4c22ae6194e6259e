// Observations as plain JSON: what has no value is left out, and a bigint (nanoseconds) becomes text, so nothing is rounded.
import type { Json } from './result.ts';

export function toJson(value: unknown): Json {
  const text = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? item.toString() : item));
  return text === undefined ? null : (JSON.parse(text) as Json);
}
