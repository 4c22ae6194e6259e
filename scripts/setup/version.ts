// Versions as tools print them, and their order.

/** Numbers of a version, most significant first: [3, 253, 0]. */
export type Version = readonly number[];

/**
 * The first thing in `text` that looks like a version (`1.2`, `v1.2.3`, `iproute2-6.1.0`), as its numbers; failing
 * that the first number (`iputils 20221126`).
 */
export function parseVersion(text: string): Version | undefined {
  const found = /(?<![\d.])\d+(?:\.\d+)+/.exec(text) ?? /\d+/.exec(text);
  return found?.[0].split('.').map(Number);
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`; missing numbers count as 0. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function formatVersion(version: Version): string {
  return version.join('.');
}
