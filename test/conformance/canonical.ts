// Random names → symbols, in the order in which they are met, so that two runs that did the same are equal. Pure.

/** veth: "veth" and 8 hex digits (plugins' RandomVethName). MAC: iproute2 leaves out zeros in the ID of a bridge. */
const RANDOM = /\bveth[0-9a-f]{8}\b|(?<![0-9a-f:])(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}(?![0-9a-f:])/gi;

/** Nobody's, everybody's, and the group of bridges (802.1D). */
const FIXED = new Set(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:80:c2:00:00:00']);

/** @param given what both sides were given: names in it stay as they are */
export function canonical<T>(value: T, given: string): T {
  const symbols = new Map<string, string>();
  const counts = { veth: 0, mac: 0 };
  const known = (name: string) => given.includes(name) || FIXED.has(name);
  const text = (whole: string) =>
    whole.replace(RANDOM, (found) => {
      const name = found.startsWith('veth') ? found : found.replaceAll(/\b[0-9a-f]\b/gi, '0$&').toLowerCase();
      if (known(name)) return name;
      const kind = name.startsWith('veth') ? 'veth' : 'mac';
      const symbol = symbols.get(name) ?? `<${kind}:${++counts[kind]}>`;
      symbols.set(name, symbol);
      return symbol;
    });
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return text(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part)
        .map(([key, value]) => [text(key), walk(value)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  };
  return walk(value) as T;
}
