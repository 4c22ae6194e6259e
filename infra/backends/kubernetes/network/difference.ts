// Whether a live object still is as it was applied: servers add fields, but do not change those that were given.

/** Path of the first part of `wanted` that `live` has not, such as "spec.replicas"; undefined when it has them all. */
export function firstDifference(wanted: unknown, live: unknown, path = ''): string | undefined {
  if (typeof wanted !== 'object' || wanted === null) return wanted === live ? undefined : path;
  if (typeof live !== 'object' || live === null || Array.isArray(wanted) !== Array.isArray(live)) return path;
  if (Array.isArray(wanted) && wanted.length !== (live as readonly unknown[]).length) return path;
  for (const [key, value] of Object.entries(wanted)) {
    const part = Array.isArray(wanted) ? `[${key}]` : `${path === '' ? '' : '.'}${key}`;
    const found = firstDifference(value, (live as Record<string, unknown>)[key], `${path}${part}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
