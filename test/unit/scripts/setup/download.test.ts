import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download, downloadText, sumFor } from '../../../../scripts/setup/download.ts';

const CONTENT = Buffer.from('a tarball, more or less. '.repeat(5_000));
const SUM = createHash('sha256').update(CONTENT).digest('hex');

let dir: string;
let server: http.Server;
let url: string;
let ranges: (string | undefined)[];

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'cnilab-download-'));
  ranges = [];
  server = http.createServer((request, response) => {
    ranges.push(request.headers.range);
    if (request.url !== '/file.tgz') return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= CONTENT.length) return void response.writeHead(416).end();
    response.writeHead(from > 0 ? 206 : 200).end(CONTENT.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.tgz`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
});

const nobody = () => {};

test('an interrupted download goes on where it stopped', async () => {
  const file = path.join(dir, 'file.tgz');
  writeFileSync(`${file}.part`, CONTENT.subarray(0, 1000));
  await download(url, file, SUM, nobody);
  expect(ranges).toEqual(['bytes=1000-']);
  expect(readFileSync(file).equals(CONTENT)).toBe(true);
  expect(existsSync(`${file}.part`)).toBe(false);
});

test('one that had come to its end before the rename is not fetched again', async () => {
  const file = path.join(dir, 'file.tgz');
  writeFileSync(`${file}.part`, CONTENT);
  await download(url, file, SUM, nobody);
  expect(readFileSync(file).equals(CONTENT)).toBe(true);
});

test('a file that is there and right is not downloaded twice', async () => {
  const file = path.join(dir, 'file.tgz');
  await download(url, file, SUM, nobody);
  await download(url, file, SUM, nobody);
  expect(ranges).toHaveLength(1);
});

test('a file with another sum than the publisher’s is deleted, and the message has both', async () => {
  const file = path.join(dir, 'file.tgz');
  const other = 'f'.repeat(64);
  await expect(download(url, file, other, nobody)).rejects.toThrow(new RegExp(`${SUM}.*${other}`));
  expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
});

test('what the server does not have, and a server that is not there, say where', async () => {
  await expect(downloadText(url.replace('file.tgz', 'none'))).rejects.toThrow('/none: HTTP 404');
  server.close();
  server.closeAllConnections();
  await expect(downloadText(url)).rejects.toThrow(/^127\.0\.0\.1:\d+ is out of reach: .*ECONNREFUSED/);
});

test('the sum is found by the file’s name in a list, or alone in its own file', () => {
  const a = 'a'.repeat(64);
  const b = 'B'.repeat(64);
  expect(sumFor('x.tgz', `${a}  y.tgz\n${b} *x.tgz\n`)).toBe(b.toLowerCase());
  expect(sumFor('x.tgz', `${a}\n`)).toBe(a);
  expect(sumFor('x.tgz', `${a}  ./dist/x.tgz`)).toBe(a);
  expect(() => sumFor('z.tgz', `${a}  y.tgz\n`)).toThrow('no SHA-256 of z.tgz');
});
