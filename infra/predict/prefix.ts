// Prefixes of one family as kernel tools print them, as numbers.
import { BITS, type Cidr, contains, type Family, parseAddress, parseCidr } from '../lab/cidr.ts';

/** A table is asked many times for the same few addresses, and those take their time to read. */
function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      if (known.size > 10_000) known.clear();
      value = read(text);
      known.set(text, value);
    }
    return value;
  };
}

/** What is written as the other family is refused. */
export function prefixesOf(family: Family) {
  /** @throws Error when it is no address of the family */
  const addressNumber = remembering((address) => parseAddress(address, family));

  /** Of `default`, `all`, `any`, an address, or a prefix. @throws Error when it is none of them */
  const rangeOf = remembering((prefix): Cidr => {
    if (prefix === 'default' || prefix === 'all' || prefix === 'any') return { family, base: 0n, prefix: 0 };
    if (prefix.includes('/')) return parseCidr(prefix, family);
    return { family, base: parseAddress(prefix, family), prefix: BITS[family] };
  });

  /** Whether an address is in what `rangeOf` takes. @throws Error when either is not of the family */
  const inPrefix = (address: string, prefix: string): boolean =>
    contains(rangeOf(prefix), addressNumber(address));

  return { addressNumber, rangeOf, inPrefix };
}
