// Reads a dotted path (`taps[0].packets`, `icmp.seq`) out of JSON data.
import type { Json } from '../result.ts';

/** The value at the path; undefined when there is none. `''` is the whole. An index is `[0]` or `.0`; a key with dots is quoted. */
export function readPath(value: Json | undefined, path: string): Json | undefined {
  return pathKeys(path).reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return /^\d+$/.test(key) ? at[Number(key)] : undefined;
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    return (at as { readonly [name: string]: Json })[key];
  }, value);
}

/** The keys of a dotted path. */
export function pathKeys(path: string): string[] {
  return [...path.matchAll(/"([^"]*)"|[^.[\]"]+/g)].map((part) => part[1] ?? part[0]);
}
