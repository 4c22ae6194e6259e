// Who is told of Ctrl-C, and what one that npm repeats counts for.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  endWhenStopped,
  onStopRequests,
  type StopRequest,
} from '../../../../scripts/cli/engine/stop-requests.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let written: string[];
let exit: ReturnType<typeof vi.spyOn>;
const before = SIGNALS.map((signal) => process.listeners(signal));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  written = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as typeof process.exit);
  endWhenStopped();
});

afterEach(() => {
  for (const [at, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[at]?.includes(listener)) process.off(signal, listener);
    }
  }
  vi.advanceTimersByTime(10_000);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('with nothing under way the command ends at once, with a word and the usual exit code', () => {
  process.emit('SIGINT');
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  expect(written).toEqual([expect.stringMatching(/^cnilab: stopped\n/)]);
});

test('what deals with requests is told of the first, of the second, and not of what npm repeats', () => {
  const requests: StopRequest[] = [];
  const done = onStopRequests((request) => requests.push(request));
  process.emit('SIGINT');
  vi.advanceTimersByTime(100);
  process.emit('SIGINT');
  expect(requests).toEqual(['soon']);
  vi.advanceTimersByTime(1_000);
  process.emit('SIGTERM');
  expect(requests).toEqual(['soon', 'now']);
  expect(exit).not.toHaveBeenCalled();
  done();
});

test('the repetition of one that has been dealt with in the meantime ends nothing; a later one does', () => {
  const done = onStopRequests(() => {});
  process.emit('SIGINT');
  done();
  vi.advanceTimersByTime(100);
  process.emit('SIGINT');
  expect([exit.mock.calls, written]).toEqual([[], []]);
  vi.advanceTimersByTime(1_000);
  process.emit('SIGINT');
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
});
