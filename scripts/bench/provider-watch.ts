// Finds the provider that an engine of ours started, and notes the largest resident size it has had.
import { argvOf, peakMb, pidsWithEnv } from './processes.ts';

/** Looking for it reads the whole process table; once it is found only its own status is read. */
const SEARCH_MS = 100;
const SAMPLE_MS = 20;
const PROGRAM = 'infra/provider/main.ts';

export interface ProviderWatch {
  /** Ends the watch. @returns MB; undefined when no provider was seen */
  stop(): number | undefined;
}

/** @param mark an assignment that the engine's environment has, and no other engine's */
export function watchProvider(mark: string): ProviderWatch {
  let pid: number | undefined;
  let peak: number | undefined;
  let timer = setInterval(search, SEARCH_MS);
  function search() {
    pid = pidsWithEnv(mark).find((candidate) => argvOf(candidate).some((word) => word.endsWith(PROGRAM)));
    if (pid === undefined) return;
    clearInterval(timer);
    timer = setInterval(sample, SAMPLE_MS);
    sample();
  }
  function sample() {
    // The kernel keeps the peak, so the last sample before the end has it.
    if (pid !== undefined) peak = peakMb(pid) ?? peak;
  }
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}
