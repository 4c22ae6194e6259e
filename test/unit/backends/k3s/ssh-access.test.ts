// Nodes over ssh, against a real sshd in namespaces of its own.
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { sshAccess } from '../../../../infra/backends/k3s/ssh-access.ts';
import type { SshHost } from '../../../../infra/backends/k3s/ssh-host.ts';
import type { NodeAccess } from '../../../../infra/backends/kubernetes/node-access.ts';
import { exec, startProcess } from '../../../../infra/util/exec.ts';
import { noSshd, type PrivateSshd, privateSshd } from '../../../support/private-sshd.ts';

type Change = { readonly [K in keyof SshHost]?: SshHost[K] | undefined };

const why = noSshd();
if (why) console.warn(`ssh against a real sshd is not tested here: ${why}`);
const op = { signal: new AbortController().signal };
// Of this file alone: other tests, too, make directories in the machine's.
const temporary = mkdtempSync(path.join(tmpdir(), 'cnilab-t-'));
// sshd looks for keys in it as the user who logs in.
chmodSync(temporary, 0o755);
beforeAll(() => void vi.stubEnv('TMPDIR', temporary));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true, force: true });
});
const privateDirectories = () => readdirSync(temporary).filter((name) => name.startsWith('cnilab-ssh-'));

describe.skipIf(why !== undefined)('against a real sshd', () => {
  let sshd: PrivateSshd;
  let shared: NodeAccess;
  const open: NodeAccess[] = [];
  const nodeOf = (change: Change = {}): SshHost => {
    const { address: host, port, privateKeyFile, hostKey } = sshd;
    const all = { name: 'node1', host, port, user: 'root', privateKeyFile, hostKey, ...change };
    return Object.fromEntries(
      Object.entries(all).filter(([, value]) => value !== undefined),
    ) as unknown as SshHost;
  };
  const accessTo = (change: Change = {}) => {
    const access = sshAccess([nodeOf(change)], { client: sshd.client });
    open.push(access);
    return access;
  };
  const refusal = (change: Change) =>
    accessTo(change)
      .open?.(op)
      .then(
        () => 'let in',
        (error: Error) => error.message,
      );
  const run = (access: NodeAccess, argv: readonly string[], stdin?: string) =>
    exec(access.enter('node1', argv).argv, { timeoutMs: 20_000, ...(stdin !== undefined && { stdin }) });

  beforeAll(async () => {
    sshd = await privateSshd();
    shared = sshAccess([nodeOf()], { client: sshd.client });
    await shared.open?.(op);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((access) => access.close?.(op)));
    // The shared one's.
    expect(privateDirectories()).toHaveLength(1);
  });
  afterAll(async () => {
    await shared?.close?.(op);
    await sshd?.close();
    expect(privateDirectories()).toEqual([]);
  });

  test('what runs there is root of that machine, whoever logs in', async () => {
    for (const user of ['root', 'sudoer']) {
      const access = accessTo({ user });
      await access.open?.(op);
      const { exitCode, stdout, stderr } = await run(access, [
        'sh',
        '-c',
        'id -u; readlink /proc/self/ns/net',
      ]);
      const net = await sshd.host.run(['readlink', '/proc/self/ns/net']);
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: `0\n${net.stdout}`, stderr: '' });
    }
  });

  test('an argv arrives as it is, whatever is in it', async () => {
    const words = ['', ' ', "it's", '"', '$HOME', '`id`', 'a\nb', '\\', '*', '~', '!', '-n', 'ü', ';', '&&'];
    const { stdout } = await run(shared, ['printf', '%s\\0', ...words]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  test('standard input and output carry any byte, and the end of input arrives', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256));
    const child = startProcess(shared.enter('node1', ['cat']).argv);
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.stdin.end(bytes);
    await child;
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  test.each([0, 1, 77, 255])('exit code %i comes back', async (code) => {
    const { exitCode, stderr } = await run(shared, ['sh', '-c', `echo mine >&2; exit ${code}`]);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: 'mine\n' });
  });

  test('more at once than a connection has sessions, and all answer', async () => {
    const numbers = Array.from({ length: 9 }, (_, index) => String(index));
    const results = await Promise.all(
      numbers.map((number) => run(shared, ['sh', '-c', `sleep 0.5; echo ${number}`])),
    );
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(numbers);
  });

  test('commands share the one connection that open made, and work without it', async () => {
    const access = accessTo();
    const peer = ['sh', '-c', 'echo $SSH_CONNECTION'];
    await access.open?.(op);
    const [one, two] = await Promise.all([run(access, peer), run(access, peer)]);
    expect(one.stdout).toMatch(/^127\.0\.0\.1 \d+ 127\.0\.0\.1 2222\n$/);
    expect(two.stdout).toBe(one.stdout);
    await access.close?.(op);
    const alone = await run(access, peer);
    expect(alone.exitCode).toBe(0);
    expect(alone.stdout).not.toBe(one.stdout);
  });

  test('what reads standard input ends with the process that stands for it here', async () => {
    const marker = 'cnilab-resident-stand-in';
    const child = startProcess(
      shared.enter('node1', ['sh', '-c', 'echo up; cat >/dev/null; exit 0', marker]).argv,
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const there = () => sshd.host.run(['pgrep', '-f', marker]);
    expect((await there()).exitCode).toBe(0);
    child.kill('SIGKILL');
    await child;
    await expect.poll(async () => (await there()).exitCode, { timeout: 5000 }).toBe(1);
  });

  test('closing ends what still runs through the connection', async () => {
    const access = accessTo();
    await access.open?.(op);
    const child = startProcess(access.enter('node1', ['sh', '-c', 'echo up; exec sleep 600']).argv);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await access.close?.(op);
    expect((await child).exitCode).toBe(255);
  });

  test('says no when the machine shows another host key, and nothing is asked of it', async () => {
    const shown = `ED25519 ${sshd.fingerprint}`;
    expect(await refusal({ hostKey: sshd.otherHostKey })).toBe(
      `node1 (root@127.0.0.1:2222) shows another host key than the one you gave (${shown}): it was set up anew, or it is another machine
at the machine itself compare with: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub; if it is that one, give the content of that file as hostKey`,
    );
    const { exitCode, stdout } = await run(accessTo({ hostKey: sshd.otherHostKey }), ['echo', 'ran']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 255, stdout: '' });
  });

  test('a key of another type is not taken for it either', async () => {
    const hostKey =
      'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=';
    expect(await refusal({ hostKey })).toMatch(
      /^node1 .* shows another host key than the one you gave \(ED25519/,
    );
  });

  test('without a host key only because the user said so', async () => {
    const access = accessTo({ hostKey: undefined });
    await access.open?.(op);
    expect((await run(access, ['echo', 'in'])).stdout).toBe('in\n');
  });

  test.each([
    [
      'a key that may not',
      () => ({ privateKeyFile: sshd.strangerKeyFile }),
      /does not let root in with the key .*stranger/,
    ],
    ['a user that there is not', () => ({ user: 'nobody-here' }), /does not let nobody-here in/],
    [
      'no such key file',
      () => ({ privateKeyFile: '/no/such/key' }),
      /there is no private key \/no\/such\/key/,
    ],
    [
      'a file that is no key',
      () => ({ privateKeyFile: '/etc/hostname' }),
      /ssh (cannot|does not) use the key \/etc\/hostname/,
    ],
    [
      'no such agent',
      () => ({ privateKeyFile: undefined, agent: '/no/agent' }),
      /there is no ssh agent socket \/no\/agent/,
    ],
    [
      'nothing listens',
      () => ({ port: 2 }),
      /nothing listens for ssh at node1 \(root@127\.0\.0\.1:2\): connection refused/,
    ],
    ['no such name', () => ({ host: 'no-such-host.invalid' }), /is not known/],
    ['a network that is not there', () => ({ host: '192.0.2.9' }), /does not answer: network is unreachable/],
    [
      'sudo asks',
      () => ({ user: 'asked' }),
      /sudo on node1 .* does not let asked become root without a password/,
    ],
  ])('%s: one message, with what to do', async (_, change, reason) => {
    const message = (await refusal(change())) ?? '';
    expect(message).toMatch(reason);
    expect(message.split('\n')).toHaveLength(2);
  });

  test('two machines, one of them shut: nothing stays open', async () => {
    const hosts = [nodeOf(), nodeOf({ name: 'node2', port: 2 })];
    const access = sshAccess(hosts, { client: sshd.client });
    await expect(access.open?.(op)).rejects.toThrow(/node2 .* connection refused/);
    await expect
      .poll(async () => (await sshd.host.run(['pgrep', '-f', 'echo ready; exec cat'])).exitCode)
      .toBe(1);
  });

  test('an interrupted open leaves nothing', async () => {
    const access = accessTo();
    const controller = new AbortController();
    const opening = access.open?.({ signal: controller.signal });
    controller.abort(new Error('stopped'));
    await expect(opening).rejects.toThrow('stopped');
  });
});

test('a node that has no machine is named with those that have', () => {
  const access = sshAccess([{ name: 'node1', host: '192.0.2.1', user: 'root', agent: '/run/agent' }]);
  expect(() => access.enter('node9', ['id'])).toThrow('no machine is named node9; there are: node1');
});

test('no ssh client: says so', async () => {
  const host = { name: 'node1', host: '192.0.2.1', user: 'root', agent: '/dev/null' };
  const access = sshAccess([host], { client: ['/no/such/ssh'] });
  await expect(access.open?.(op)).rejects.toThrow('there is no ssh client here');
});
