// A node's resident process, for real: what runs in it gets what it was given, and nothing is lost on the way back.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentHost } from '../../../../infra/backends/agent-host.ts';
import type { ClusterHandle } from '../../../../infra/backends/backend.ts';
import { HostError } from '../../../../infra/backends/host-error.ts';
import { Connection } from '../../../../infra/backends/netns/connection.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';

let handle: ClusterHandle;
let connection: Connection;
let node: AgentHost;
let state: string;
const before = process.env.CNILAB_STATE_DIR;
const op = { signal: new AbortController().signal };

beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'cnilab-agent-'));
  process.env.CNILAB_STATE_DIR = state;
  const underlay = { cidr: '192.168.49.0/24', gateway: '192.168.49.1' };
  const nodes = [{ name: 'n1', role: 'worker', address: '192.168.49.2', podCIDR: '10.244.0.0/24' }] as const;
  const spec = { stack: 'agent-test', lab: 'agent-test', isolation: 'auto', underlay, nodes } as const;
  handle = await netnsBackend.createCluster(spec, async () => undefined, op);
  connection = new Connection(handle);
  node = connection.node('n1');
});

afterAll(async () => {
  await connection.close();
  await netnsBackend.deleteCluster(handle, op);
  rmSync(state, { recursive: true });
  process.env.CNILAB_STATE_DIR = before;
});

const reason = async (work: Promise<unknown>): Promise<HostError> => {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof HostError)) throw new Error(`no HostError, but ${error}`);
  return error;
};

describe('a command', () => {
  it('gets arguments and standard input byte by byte, and its output comes back whole', async () => {
    const odd = 'a b\n"c" \'d\' $e \\ ü \u0001';
    const script = 'printf "%s|" "$@"; cat; echo oops >&2; exit 3';
    const result = await node.run(['sh', '-c', script, 'sh', odd, ''], { stdin: 'x\0y\n'.repeat(20_000) });
    expect(result).toMatchObject({ exitCode: 3, stderr: 'oops\n' });
    expect(result.stdout).toBe(`${odd}||${'x\0y\n'.repeat(20_000)}`);
    expect(result.durationNs).toBeGreaterThan(0n);
    expect(Math.abs(Number(result.startedNs / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  });

  it('has exactly the environment it is given', async () => {
    const env = { PATH: '/usr/bin', EMPTY: '', EQUALS: 'a=b=c' };
    const { stdout } = await node.run(['env'], { env });
    expect(stdout.trimEnd().split('\n').sort()).toEqual(['EMPTY=', 'EQUALS=a=b=c', 'PATH=/usr/bin']);
    expect((await node.run(['env'])).stdout).not.toContain('LAB_');
  });

  it('is not there, cannot be executed, or has no interpreter line', async () => {
    expect(await reason(node.run(['no-such-command']))).toMatchObject({ reason: 'spawn' });
    await node.write([
      { path: '/run/plain', content: 'x' },
      { path: '/run/script', content: 'echo "$0 $1"', mode: 0o755 },
    ]);
    const refused = await node.run(['/run/plain']);
    expect(refused).toMatchObject({ exitCode: 126, stderr: 'cannot run /run/plain: Permission denied\n' });
    expect((await node.run(['/run/script', 'as sh'])).stdout).toBe('/run/script as sh\n');
  });

  it('that fails with 127 by itself is a result', async () => {
    expect((await node.run(['sh', '-c', 'exit 127'])).exitCode).toBe(127);
  });

  it('that a signal ends says which', async () => {
    expect((await node.run(['sh', '-c', 'kill -TERM $$'])).exitCode).toBe(143);
  });

  it('that takes too long is killed with its children, and what it said is told', async () => {
    const script = 'echo waiting >&2; sleep 8888 & sleep 8888';
    const error = await reason(node.run(['sh', '-c', script], { timeoutMs: 700 }));
    expect(error).toMatchObject({ reason: 'timeout', stderr: 'waiting\n' });
    expect((await node.run(['ps', '-A', '-o', 'args='])).stdout).not.toContain('8888');
  });

  it('runs beside others, however many', async () => {
    const each = Array.from({ length: 40 }, (_, i) => node.run(['sh', '-c', `sleep 0.1; echo ${i}`]));
    const outputs = (await Promise.all(each)).map(({ stdout }) => stdout);
    expect(outputs).toEqual(outputs.map((_, i) => `${i}\n`));
  });
});

describe('a long-running command', () => {
  it('is heard line by line, and its output is there when it has been stopped', async () => {
    const script =
      'trap "echo last >&2; exit 5" INT; echo data; echo ready >&2; while :; do sleep 0.05; done';
    const running = await node.start(['sh', '-c', script]);
    for await (const line of running.stderrLines) {
      expect(line).toBe('ready');
      break;
    }
    const { result, stdout } = await running.stop();
    expect(stdout.toString()).toBe('data\n');
    expect(result).toMatchObject({ exitCode: 5, stderr: 'ready\nlast\n' });
    expect((await node.run(['sh', '-c', 'ls -A /lab'])).stdout).not.toContain('tap');
  });
});

describe('the output of a long-running command', () => {
  it('can be taken before its end; what comes then is lost, and nothing is left of it', async () => {
    const script = 'echo data; echo ready >&2; read -r _ < /run/go; echo more';
    await node.run(['mkfifo', '/run/go']);
    const running = await node.start(['sh', '-c', script]);
    for await (const line of running.stderrLines) if (line === 'ready') break;
    expect(String(running.take?.())).toBe('data\n');
    await node.run(['sh', '-c', 'echo > /run/go']);
    expect((await running.exited).exitCode).toBe(0);
    expect(String((await running.stop()).stdout)).toBe('data\n');
    expect(String(running.take?.())).toBe('data\n');
    expect((await node.run(['ls', '-A', '/lab'])).stdout).not.toContain('tap');
  });
});

describe('files', () => {
  it('are written with their directories, whole, with their mode, and read back as they are', async () => {
    const content = '\0\n"ü$(id)\'';
    await node.write([{ path: '/run/a/b/c', content, mode: 0o600 }]);
    expect((await node.read('/run/a/b/c'))?.toString()).toBe(content);
    expect((await node.run(['stat', '-c', '%a', '/run/a/b/c'])).stdout).toBe('600\n');
    expect((await node.run(['ls', '-A', '/run/a/b'])).stdout).toBe('c\n');
  });

  it('that cannot be written keep what they were, and leave nothing beside them', async () => {
    await node.run(['mkdir', '/run/full']);
    await node.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'small', '/run/full']);
    await node.write([{ path: '/run/full/kept', content: 'before' }]);
    const big = { path: '/run/full/kept', content: 'x'.repeat(200_000) };
    const error = await reason(node.write([big]));
    expect(error.message).toContain('/run/full/kept: No space left on device');
    expect((await node.run(['ls', '-A', '/run/full'])).stdout).toBe('kept\n');
    expect(String(await node.read('/run/full/kept'))).toBe('before');
  });

  it('that are not there are undefined; what is no file is an error', async () => {
    expect(await node.read('/run/nothing')).toBeUndefined();
    expect((await reason(node.read('/run/full'))).message).toContain('/run/full');
  });
});

it('goes with its connection, and takes what it runs along, but not what is to last', async () => {
  const other = new Connection(handle);
  await other.agent('n1').startLasting('pods', ['lasting']);
  const long = reason(other.node('n1').run(['sleep', '7777']));
  await other.node('n1').run(['true']);
  await other.close();
  expect((await long).message).toContain('the connection was closed');
  await delay(0);
  const { stdout } = await node.run(['ps', '-A', '-o', 'args=']);
  expect(stdout).not.toContain('sleep 7777');
  expect(stdout).toContain('/pause\n');
  expect(String(await node.read('/lab/pod-lasting'))).toMatch(/^\d+\n$/);
});
