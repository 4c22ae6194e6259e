// What the kinds that listen have in common: taps opened, traffic made, every packet decoded, followed and kept.
import { capture as captureAt, type Tap, type TapResult } from '../observe/capture.ts';
import { decoder, VXLAN_PORTS } from '../observe/packets/decode.ts';
import { correlate, type DecodedTap, decodeTap, type PacketPath } from '../observe/paths.ts';
import type { Running } from './experiment.ts';
import { mergedCapture } from './merged-capture.ts';
import { savePcapng } from './save-pcapng.ts';
import { tapDoubts } from './tap-doubts.ts';

export interface CapturedTraffic<T> {
  /** Of the body. */
  readonly result: T;
  readonly tapped: readonly TapResult[];
  /** The same taps, in the same order. */
  readonly decoded: readonly DecodedTap[];
  readonly paths: readonly PacketPath[];
  /** `{name, at, dev, packets, dropped}` of each tap, as checks see it. */
  readonly taps: readonly TapRow[];
  /** Why what the taps saw may not be all, or is not kept. */
  readonly doubts: readonly string[];
  /** Files kept, relative to the results directory. */
  readonly artifacts: readonly string[];
}

export interface TapRow {
  readonly name: string;
  readonly at: string;
  readonly dev: string;
  readonly packets: number;
  readonly dropped: number;
}

export interface Listening {
  readonly taps: readonly Tap[];
  /** pcap-filter(7) expression; empty for everything. */
  readonly filter: string;
  /** How long taps stay after the body's end, ms. @default as `capture` does */
  readonly graceMs?: number;
}

/**
 * Kept as captures/<experiment>.pcapng.
 * @param body runs once every tap listens
 * @throws CaptureError naming the tap that did not start; whatever the body throws
 */
export async function captureTraffic<T>(
  { lab, resultsDir, signal }: Pick<Running, 'lab' | 'resultsDir' | 'signal'>,
  experiment: string,
  { taps, filter, graceMs }: Listening,
  body: () => Promise<T>,
): Promise<CapturedTraffic<T>> {
  const { result, taps: tapped } = await captureAt(taps, filter, body, {
    signal,
    ...(graceMs !== undefined && { graceMs }),
  });
  const decode = decoder({ vxlanPorts: [...VXLAN_PORTS, lab.network.port] });
  const decoded = tapped.map((tap) => decodeTap(tap, decode));
  const paths = correlate(decoded);
  const saved = await savePcapng(resultsDir, experiment, mergedCapture(lab, tapped, decoded, paths));
  const rows = tapped.map(({ name, host, dev, dropped = 0 }, index) => {
    return { name, at: host, dev, packets: decoded[index]?.packets.length ?? 0, dropped };
  });
  const doubts = [...tapDoubts(tapped, decoded), ...('problem' in saved ? [saved.problem] : [])];
  return {
    result,
    tapped,
    decoded,
    paths,
    taps: rows,
    doubts,
    artifacts: 'file' in saved ? [saved.file] : [],
  };
}
