// A host on which tcpdump says what a test wants, and ends when the test wants it to.
import type { Host, Running } from '../../infra/backends/host.ts';
import { LineQueue } from '../../infra/backends/netns/line-queue.ts';

export interface StandInTcpdump {
  readonly dev: string;
  readonly signals: string[];
  /** Ends it; by itself it never does. */
  end(exitCode?: number): void;
}

export interface Words {
  /** On each SIGUSR1, in turn; the last one again and again. */
  readonly answers?: readonly string[];
  /** On SIGINT. */
  readonly last?: readonly string[];
  /** What it has written to standard output. */
  readonly output?: Buffer;
  /** Whether that can be taken before it has ended. @default true */
  readonly takes?: boolean;
  /** Devices that are not there. */
  readonly missing?: readonly string[];
}

export const told = (captured: number, received = captured, dropped = 0) =>
  `tcpdump: ${captured} packets captured, ${received} packets received by filter, ${dropped} packets dropped by kernel`;

export const lastWords = (captured: number, received = captured, dropped = 0) => [
  `${captured} packets captured`,
  `${received} packets received by filter`,
  `${dropped} packets dropped by kernel`,
];

/** @returns the host, and every tcpdump that was started there, in turn */
export function standInTcpdump(words: Words = {}): {
  readonly host: Host;
  readonly started: StandInTcpdump[];
} {
  const { answers = [told(0)], last = lastWords(0), output = Buffer.alloc(0), missing = [] } = words;
  const started: StandInTcpdump[] = [];
  const start = async (argv: readonly string[]): Promise<Running> => {
    const dev = argv[argv.indexOf('-i') + 1] ?? '';
    const lines = new LineQueue();
    const { promise: code, resolve } = Promise.withResolvers<number>();
    const end = (exitCode = 0) => {
      lines.end();
      resolve(exitCode);
    };
    const signals: string[] = [];
    started.push({ dev, signals, end });
    const exited = code.then((exitCode) => {
      return { argv, exitCode, stdout: '', stderr: '', startedNs: 0n, durationNs: 0n };
    });
    const isThere = !missing.includes(dev);
    lines.push(isThere ? `tcpdump: listening on ${dev}` : `tcpdump: ${dev}: No such device exists`);
    if (!isThere) end(1);
    return {
      ...{ argv, exited, stderrLines: lines },
      ...((words.takes ?? true) && { take: () => output }),
      signal(name) {
        const asked = signals.push(name) - 1;
        const answer = answers[Math.min(asked, answers.length - 1)];
        if (answer !== undefined) lines.push(answer);
      },
      async stop(signal = 'SIGINT') {
        if (!signals.includes(signal)) for (const line of last) lines.push(line);
        signals.push(signal);
        if (signal === 'SIGKILL') end(137);
        return { result: await exited, stdout: output };
      },
    };
  };
  const unable = async () => {
    throw new Error('there is nothing but tcpdump');
  };
  return {
    started,
    host: { name: 'stand-in', start, run: unable, read: async () => undefined, write: unable },
  };
}
