// What a journey experiment has observed, as it stands in results.json.
import type { ClockRow } from '../observe/clocks.ts';
import type { Evidence } from './evidence.ts';
import type { Journey } from './journeys.ts';
import type { NoiseRow } from './noise.ts';

export interface JourneyObservation {
  readonly ping: {
    readonly from: string;
    readonly to: string;
    readonly transmitted: number;
    readonly received: number;
    /** Lines in which ping was told why not, such as a local MTU or an ICMP error. */
    readonly errors?: readonly string[];
  };
  readonly taps: readonly {
    /** `<host>/<interface>`. */
    readonly name: string;
    readonly at: string;
    readonly dev: string;
    /** By the lab file; else chosen from the prediction. */
    readonly asked: boolean;
    readonly packets: number;
    readonly dropped: number;
  }[];
  readonly journeys: readonly Journey[];
  readonly packets: readonly PacketRow[];
  readonly noise: readonly NoiseRow[];
  readonly evidence: Evidence;
  /** Clocks other than the sender's; absent where one kernel stamped everything. */
  readonly clocks?: readonly ClockRow[];
}

/** One packet of the series. */
export interface PacketRow {
  readonly packet: string;
  readonly seq: number;
  readonly asPredicted: boolean | null;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
  /**
   * First stamp at each tap, ns since the first packet of the capture. Stamps of another clock have been moved to where the
   * sender's would be: good for an order, and for no duration.
   */
  readonly at: Readonly<Record<string, number>>;
  readonly differences: readonly string[];
}
