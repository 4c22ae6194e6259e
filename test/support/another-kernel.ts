// A host as if it were a machine of its own: another boot id, a clock that is elsewhere in results and captures, and a long line.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Running, RunResult } from '../../infra/backends/host.ts';

/** Answers are on their way for so long, which makes of the middle between question and answer a bad guess. */
const LINE_MS = 30;
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const BOOT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/m;

/** @param aheadS seconds by which its clock is ahead */
export function anotherKernel(host: Host, bootId: string, aheadS: number): Host {
  const moved = (result: RunResult): RunResult => ({
    ...result,
    stdout: result.stdout.replace(BOOT_ID, bootId),
    startedNs: result.startedNs + BigInt(aheadS) * 1_000_000_000n,
  });
  const tap = (running: Running): Running => {
    const { take } = running;
    return {
      argv: running.argv,
      stderrLines: running.stderrLines,
      exited: running.exited.then(moved),
      signal: (name) => running.signal(name),
      ...(take && { take: () => movedPcap(take(), aheadS) }),
      async stop(signal) {
        const { result, stdout } = await running.stop(signal);
        return { result: moved(result), stdout: movedPcap(stdout, aheadS) };
      },
    };
  };
  return {
    name: host.name,
    async run(argv, options) {
      const result = moved(await host.run(argv, options));
      await sleep(LINE_MS);
      return result;
    },
    start: async (argv, options) => tap(await host.start(argv, options)),
    read: (path) => host.read(path),
    write: (files) => host.write(files),
  };
}

/** Seconds are the first word of each record's header (pcap-savefile(5)). */
function movedPcap(pcap: Buffer, aheadS: number): Buffer {
  const out = Buffer.from(pcap);
  let at = PCAP_HEADER;
  while (at + RECORD_HEADER <= out.length) {
    out.writeUInt32LE(out.readUInt32LE(at) + aheadS, at);
    at += RECORD_HEADER + out.readUInt32LE(at + 8);
  }
  return out;
}
