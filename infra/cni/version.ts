// CNI protocol versions: which ones we speak, and which verb exists since when (CNI spec 1.1.0, and libcni's gates).

/** Every released version of the protocol, oldest first. */
export const SUPPORTED_VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

/** First version with the CHECK verb, and with prevResult on DEL. */
export const CHECK_SINCE = '0.4.0';
/** First version with the GC and STATUS verbs. */
export const GC_SINCE = '1.1.0';

export function atLeast(version: string, since: string): boolean {
  const [a, b] = [version, since].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The highest version that we speak too, out of those a list offers; undefined when there is none. */
export function chooseVersion(offered: readonly string[]): string | undefined {
  return SUPPORTED_VERSIONS.findLast((version) => offered.includes(version));
}
