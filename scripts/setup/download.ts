// Downloads a file: gives up fast when the network is not there, goes on where an earlier try stopped, checks the sum.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Report } from './progress.ts';

/** Until the first byte of an answer: a machine without internet must move on in seconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Between two pieces of a file. */
const STALL_TIMEOUT_MS = 60_000;

/** The server cannot be reached, or does not have it. */
export class DownloadError extends Error {
  override name = 'DownloadError';
}

/** A small text file. @throws DownloadError */
export async function downloadText(url: string): Promise<string> {
  const { response, done } = await request(url, {});
  try {
    if (!response.ok) throw new DownloadError(`${url}: HTTP ${response.status}`);
    return await response.text();
  } finally {
    done();
  }
}

/**
 * Downloads `url` to `file`, through `file.part`, which a later call resumes. A file that is there already and has
 * the right sum is not downloaded again; one with a wrong sum is deleted.
 * @throws DownloadError
 */
export async function download(url: string, file: string, sha256: string, report: Report): Promise<void> {
  if (size(file) > 0 && (await sumOf(file)) === sha256) return;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  const part = `${file}.part`;
  await fetchRest(url, part, report);
  const sum = await sumOf(part);
  if (sum !== sha256) {
    rmSync(part, { force: true });
    throw new DownloadError(
      `${url}: its SHA-256 is ${sum}, the publisher says ${sha256}; the file was deleted`,
    );
  }
  renameSync(part, file);
}

/** The sum of `name` in a list as sha256sum(1) prints it. @throws DownloadError */
export function sumFor(name: string, list: string): string {
  for (const line of list.split('\n')) {
    const [sum, file] = line.trim().split(/\s+\*?/);
    if (sum && /^[0-9a-f]{64}$/i.test(sum) && (file === undefined || path.posix.basename(file) === name))
      return sum.toLowerCase();
  }
  throw new DownloadError(`no SHA-256 of ${name} in the publisher's list`);
}

async function fetchRest(url: string, part: string, report: Report): Promise<void> {
  const have = size(part);
  const { response, done, alive } = await request(url, have > 0 ? { range: `bytes=${have}-` } : {});
  try {
    // 416: nothing is left to fetch; the sum decides whether what we have is right.
    if (response.status === 416) return;
    if (!response.ok || !response.body) throw new DownloadError(`${url}: HTTP ${response.status}`);
    const resumed = response.status === 206;
    const total = Number(response.headers.get('content-length') ?? 0) + (resumed ? have : 0);
    let got = resumed ? have : 0;
    const body = Readable.fromWeb(response.body as never);
    body.on('data', (chunk: Buffer) => {
      got += chunk.length;
      alive();
      report(`${megabytes(got)}${total > 0 ? ` of ${megabytes(total)}` : ''} MB`);
    });
    await pipeline(body, createWriteStream(part, { flags: resumed ? 'a' : 'w' }));
  } catch (error) {
    throw error instanceof DownloadError ? error : new DownloadError(`${url}: ${reason(error)}`);
  } finally {
    done();
  }
}

async function request(url: string, headers: Record<string, string>) {
  // fetch ignores the usual proxy variables unless asked; Node 24.14 and newer can be asked from inside.
  const restoreProxy = http.setGlobalProxyFromEnv?.();
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer')), CONNECT_TIMEOUT_MS);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error('the connection stalled')), STALL_TIMEOUT_MS);
  };
  const done = () => {
    clearTimeout(timer);
    restoreProxy?.();
  };
  try {
    const response = await fetch(url, { headers, signal: abort.signal });
    alive();
    return { response, done, alive };
  } catch (error) {
    done();
    throw new DownloadError(`${new URL(url).host} is out of reach: ${reason(error)}`);
  }
}

/** fetch says only "fetch failed"; why is in its cause. */
function reason(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message;
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function size(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
