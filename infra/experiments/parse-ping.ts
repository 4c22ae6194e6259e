// Reads what iputils ping prints (LANG=C, -n).

export interface PingReply {
  readonly seq: number;
  readonly ttl: number;
  /** Round-trip time, ms; absent when the payload is too short (< 16 bytes) to carry a time stamp. */
  readonly timeMs?: number;
  /** Who answered. */
  readonly from: string;
}

export interface ParsedPing {
  readonly transmitted: number;
  readonly received: number;
  /** Percent of the requests that got no reply; 100 when none could be sent. */
  readonly lossPercent: number;
  /** Replies beyond the first to a request. */
  readonly duplicates: number;
  readonly replies: readonly PingReply[];
  /** ICMP errors and the kernel's refusals, in ping's own words, in order. */
  readonly errors: readonly string[];
}

const REPLY = /^\d+ bytes from (\S+): icmp_seq=(\d+) ttl=(\d+)(?: time=([\d.]+) ms)?/;
const STATISTICS =
  /^(\d+) packets transmitted, (\d+) received,(?: \+(\d+) duplicates,)?.*? ([\d.]+)% packet loss/m;
/** The kernel's refusal to send: an observation. Anything else on standard error is the tool's own trouble. */
const REFUSAL = /^ping: (?:connect|sendmsg|sendto|local error): .+/;

/** What ping saw; undefined when the output is not that of a ping that tried. */
export function parsePing(stdout: string, stderr: string): ParsedPing | undefined {
  const lines = stdout.split('\n');
  const refusals = stderr.split('\n').filter((line) => REFUSAL.test(line));
  const statistics = STATISTICS.exec(stdout);
  if (statistics === null && refusals.length === 0) return undefined;
  const [, transmitted = '0', received = '0', duplicates = '0', loss = '100'] = statistics ?? [];
  return {
    transmitted: Number(transmitted),
    received: Number(received),
    lossPercent: Number(loss),
    duplicates: Number(duplicates),
    replies: lines.flatMap((line): PingReply[] => {
      const reply = REPLY.exec(line);
      if (reply === null) return [];
      const [, from = '', seq, ttl, time] = reply;
      return [
        { seq: Number(seq), ttl: Number(ttl), ...(time !== undefined && { timeMs: Number(time) }), from },
      ];
    }),
    errors: [...lines.filter((line) => /^From \S+:? icmp_seq=\d+ /.test(line)), ...refusals],
  };
}
