// How long a CNI plugin may take: it depends on the machine, not on the lab, so it is no key of the lab file.
import type { CniRuntimeOptions } from '../../cni/runtime.ts';

const VARIABLE = 'CNILAB_CNI_TIMEOUT';
/** Bridge and host-local under load take seconds; a plugin that takes half a minute hangs. */
const DEFAULT_S = 30;

/**
 * The limit of one plugin call, and how a person raises it. `$CNILAB_CNI_TIMEOUT` is in seconds.
 * @throws Error when the variable is no such number
 */
export function cniTimeout(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Required<Pick<CniRuntimeOptions, 'timeoutMs' | 'limitHint'>> {
  const text = env[VARIABLE];
  const seconds = text ? Number(text) : DEFAULT_S;
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new Error(`${VARIABLE} is "${text}": it is to be a number of seconds, such as ${DEFAULT_S * 2}`);
  }
  return { timeoutMs: seconds * 1000, limitHint: `export ${VARIABLE}=${Math.ceil(seconds * 4)} (seconds)` };
}
