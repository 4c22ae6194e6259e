// What every kind that listens keeps and tells of its taps: a capture file, a row for each, and what may be missing.
import type { Running } from './experiment.ts';
import type { Heard } from './listen.ts';
import { mergedCapture } from './merged-capture.ts';
import { savePcapng } from './save-pcapng.ts';
import { tapDoubts } from './tap-doubts.ts';

/** A tap as checks see it. */
export interface TapRow {
  readonly name: string;
  readonly at: string;
  readonly dev: string;
  readonly packets: number;
  readonly dropped: number;
}

export interface KeptCapture {
  readonly taps: readonly TapRow[];
  /** Why what the taps saw may not be all, or is not kept. */
  readonly doubts: readonly string[];
  /** Files kept, relative to the results directory. */
  readonly artifacts: readonly string[];
}

/** Kept as captures/<experiment>.pcapng. */
export async function keepCapture(
  { lab, resultsDir }: Pick<Running, 'lab' | 'resultsDir'>,
  experiment: string,
  { tapped, decoded, paths }: Omit<Heard<unknown>, 'result'>,
): Promise<KeptCapture> {
  const saved = await savePcapng(resultsDir, experiment, mergedCapture(lab, tapped, decoded, paths));
  const taps = tapped.map(({ name, host, dev, dropped = 0 }, index) => {
    return { name, at: host, dev, packets: decoded[index]?.packets.length ?? 0, dropped };
  });
  return {
    taps,
    doubts: [...tapDoubts(tapped, decoded), ...('problem' in saved ? [saved.problem] : [])],
    artifacts: 'file' in saved ? [saved.file] : [],
  };
}
