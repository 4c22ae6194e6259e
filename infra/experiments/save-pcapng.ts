// Keeps what an experiment captured, for Wireshark.
import path from 'node:path';
import type { PcapngTap } from '../observe/pcapng.ts';
import { writePcapng } from '../observe/write-pcapng.ts';
import { writeAtomic } from '../util/write-atomic.ts';

/**
 * Kept as captures/<experiment>.pcapng, relative to the results directory. A disk that is full does not undo the
 * experiment: the problem is told.
 */
export async function savePcapng(
  resultsDir: string,
  experiment: string,
  taps: readonly PcapngTap[],
): Promise<{ readonly file: string } | { readonly problem: string }> {
  const file = path.posix.join('captures', `${experiment}.pcapng`);
  try {
    await writeAtomic(path.join(resultsDir, file), writePcapng(taps));
    return { file };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
