// A process of its own that correlates captures which are never there as a whole: made, read and forgotten chunk by chunk.
// Argument: packets. Prints one JSON object.
import { readCapture } from '../../infra/observe/capture-stream.ts';
import { decodePacket } from '../../infra/observe/packets/decode.ts';
import { correlateStreams } from '../../infra/observe/paths.ts';
import { captureOf, type TapName } from '../../scripts/bench/decode-captures.ts';

export interface CorrelatedLarge {
  /** Of all captures. */
  readonly bytes: number;
  /** Packets that were seen at every tap. */
  readonly complete: number;
  /** Largest resident set of the process. */
  readonly peakMb: number;
}

const TAPS: readonly TapName[] = ['pod-a', 'eth0-1', 'pod-d'];
/** Two segments that an offload has not cut yet. */
const PAYLOAD = 2900;

const packets = Number(process.argv[2]);
let bytes = 0;
let complete = 0;
for await (const path of correlateStreams(TAPS.map((name) => ({ name, packets: decoded(name) })))) {
  if (path.sightings.length === TAPS.length) complete++;
}
const done: CorrelatedLarge = { bytes, complete, peakMb: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(done));

async function* decoded(name: TapName) {
  for await (const part of readCapture(counted(name), name)) yield part.map(decodePacket);
}

function* counted(name: TapName) {
  for (const chunk of captureOf(name, packets, PAYLOAD)) {
    bytes += chunk.length;
    yield chunk;
  }
}
