// A process of its own that reads, decodes and correlates the captures of eleven taps, as a journey does.
// Argument: directory for the captures. Prints one JSON object; the captures are removed.
import { createReadStream, rmSync } from 'node:fs';
import { readCapture } from '../../infra/observe/capture-stream.ts';
import type { TapStream } from '../../infra/observe/merge-taps.ts';
import { decodePacket } from '../../infra/observe/packets/decode.ts';
import type { Packet } from '../../infra/observe/packets/packet.ts';
import { correlateStreams } from '../../infra/observe/paths.ts';
import { writeCaptures } from './decode-captures.ts';

export interface DecodeWork {
  /** Packets × taps. */
  readonly records: number;
  /** Of all threads, the collector's too. */
  readonly cpuSeconds: number;
  /** Largest resident set of the process. */
  readonly peakMb: number;
}

/** Many times as many as are held at once. */
const PACKETS = 60_000;
const CHUNK = 256 * 1024;

const [directory = ''] = process.argv.slice(2);
const files = writeCaptures(directory, PACKETS);
try {
  // Compiles the code, as a run before would have.
  await work();
  const cpu = process.cpuUsage();
  const records = await work();
  const { user, system } = process.cpuUsage(cpu);
  if (records !== PACKETS * files.length) throw new Error(`${records} sightings of ${PACKETS} packets`);
  const done: DecodeWork = {
    records,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(done)}\n`);
} finally {
  for (const { file } of files) rmSync(file, { force: true });
}

/** @returns sightings of packets that were seen at every tap */
async function work(): Promise<number> {
  const taps = files.map(({ name, file }): TapStream => ({ name, packets: decoded(name, file) }));
  let sightings = 0;
  for await (const path of correlateStreams(taps)) {
    if (path.sightings.length === files.length) sightings += path.sightings.length;
  }
  return sightings;
}

async function* decoded(name: string, file: string): AsyncGenerator<readonly Packet[]> {
  for await (const packets of readCapture(createReadStream(file, { highWaterMark: CHUNK }), name)) {
    yield packets.map(decodePacket);
  }
}
