// Runs one `pulumi …` as a child: its event stream in, a log on disk, Ctrl-C passed on once.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { killGroup, startProcess } from '../../../infra/util/exec.ts';
import { ENGINE_OPTIONS } from './engine-options.ts';
import { type EngineEvent, parseEvent } from './events.ts';
import { type Failure, failuresOf } from './failures.ts';
import { onStopRequests, type StopRequest } from './stop-requests.ts';

export interface EngineOptions {
  readonly env: Readonly<Record<string, string>>;
  /** The Pulumi project's directory. */
  readonly cwd: string;
  /** Gets every event and the engine's standard error. Its directory is made. */
  readonly logFile: string;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Told when a person asks to stop. */
  readonly onStop?: (request: StopRequest) => void;
}

export interface EngineOutcome {
  readonly ok: boolean;
  /** A person asked to stop it. */
  readonly interrupted: boolean;
  /** It was killed: by a second Ctrl-C, or by somebody else. */
  readonly killed: boolean;
  readonly failures: readonly Failure[];
  /** Number of resources by operation; empty when it did not come that far. */
  readonly changes: Readonly<Record<string, number>>;
  /** The engine said that an earlier run was cut off while it was creating something. */
  readonly pendingCreates: boolean;
  readonly stderr: string;
}

/** @param args arguments of `pulumi`; `--json` and `--non-interactive` are added */
export async function runEngine(args: readonly string[], options: EngineOptions): Promise<EngineOutcome> {
  await mkdir(path.dirname(options.logFile), { recursive: true, mode: 0o700 });
  const log = createWriteStream(options.logFile, { mode: 0o600 });
  const logged = finished(log).catch(() => {});
  // In a group of its own, or the terminal's Ctrl-C would reach it beside ours, and two mean "at once" to it.
  const child = startProcess(['pulumi', ...args, ...ENGINE_OPTIONS], {
    env: options.env,
    cwd: options.cwd,
  });
  child.stdin?.end();
  let interrupted = false;
  const ignore = onStopRequests((request) => {
    interrupted = true;
    options.onStop?.(request);
    if (request === 'now') killGroup(child.pid, 'SIGKILL');
    else child.kill('SIGINT');
  });
  const events: EngineEvent[] = [];
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    log.write(text);
  });
  try {
    if (child.stdout) {
      for await (const line of createInterface({
        input: child.stdout,
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        log.write(`${line}\n`);
        const event = parseEvent(line);
        if (!event) continue;
        // Nothing but what is asked for afterwards is kept: a stack's resources may be large.
        if (event.kind === 'diagnostic' || event.kind === 'summary') events.push(event);
        options.onEvent?.(event);
      }
    }
    const result = await child;
    if (result.exitCode === undefined && !result.signal)
      stderr += `${result.shortMessage ?? 'pulumi cannot be started'}\n`;
    const ok = result.exitCode === 0;
    const summary = events.findLast((event) => event.kind === 'summary');
    return {
      ok,
      interrupted,
      killed: result.signal !== undefined,
      failures: ok ? [] : failuresOf(events, stderr),
      changes: summary?.kind === 'summary' ? summary.changes : {},
      pendingCreates: events.some(
        (event) => event.kind === 'diagnostic' && event.message.includes('interrupted while creating'),
      ),
      stderr,
    };
  } finally {
    ignore();
    log.end();
    await logged;
  }
}
