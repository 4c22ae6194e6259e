// A real sshd for tests: in network, mount and PID namespaces of its own, with its own keys, users and sudoers. Needs root.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exec } from '../../infra/util/exec.ts';
import { findTool } from '../../infra/util/tools.ts';
import { type PrivateHost, privateHost } from './private-host.ts';

export interface PrivateSshd {
  /** argv of an ssh client that is in sshd's network; its files are the machine's. */
  readonly client: readonly string[];
  /** Where it listens, in that network. */
  readonly address: string;
  readonly port: number;
  readonly hostKey: string;
  /** Of `hostKey`: "SHA256:…". */
  readonly fingerprint: string;
  /** A key that may log in as root, `sudoer` (whom sudo asks nothing) and `asked` (whom it asks for a password). */
  readonly privateKeyFile: string;
  /** A key that may not. */
  readonly strangerKeyFile: string;
  /** Of another machine. */
  readonly otherHostKey: string;
  readonly host: PrivateHost['host'];
  close(): Promise<void>;
}

/** Why there can be none here, or undefined. */
export function noSshd(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root: users and an sshd of its own';
  for (const tool of ['sshd', 'ssh', 'ssh-keygen', 'sudo']) {
    if (findTool(tool) === undefined) return `${tool} is not installed`;
  }
  return undefined;
}

const PORT = 2222;

/** In the private host /etc is a tmpfs of links: each of these files becomes the test's own. */
const USERS = `set -e
own() { cat "$1" > "$1.own"; rm "$1"; mv "$1.own" "$1"; }
mkdir -p /run/sshd
own /etc/passwd; own /etc/shadow; own /etc/group
for user in sudoer:64001 asked:64002; do
  echo "\${user%:*}:x:\${user#*:}:\${user#*:}::/:/bin/sh" >> /etc/passwd
  echo "\${user%:*}:x:\${user#*:}:" >> /etc/group
  echo "\${user%:*}:*:19000:0:99999:7:::" >> /etc/shadow
done
chmod 600 /etc/shadow
rm -f /etc/sudoers
{ echo 'root ALL=(ALL) ALL'; echo 'sudoer ALL=(ALL) NOPASSWD: ALL'; echo 'asked ALL=(ALL) ALL'; } > /etc/sudoers
chmod 440 /etc/sudoers
`;

/**
 * Starts one that ends with the test, however it ends.
 * @param env of every command there
 */
export async function privateSshd(env: Readonly<Record<string, string>> = {}): Promise<PrivateSshd> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-sshd-'));
  const file = (name: string) => path.join(directory, name);
  const newKey = (name: string) =>
    exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file(name)]);
  await Promise.all(['host', 'other', 'user', 'stranger'].map(newKey));
  const publicKey = (name: string) =>
    readFileSync(file(`${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  writeFileSync(file('authorized'), `${publicKey('user')}\n`, { mode: 0o644 });
  const configuration = [
    `Port ${PORT}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized')}`,
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'MaxSessions 4',
    'PidFile none',
    ...(Object.keys(env).length > 0
      ? [
          `SetEnv ${Object.entries(env)
            .map(([name, value]) => `${name}=${value}`)
            .join(' ')}`,
        ]
      : []),
  ];
  writeFileSync(file('config'), `${configuration.join('\n')}\n`);
  // Keys are found by users that are not root, too.
  await exec(['chmod', '755', directory]);
  const { stdout: listed } = await exec(['ssh-keygen', '-lf', file('host.pub')]);
  const machine = await privateHost('sshd', { userns: false });
  try {
    const prepared = await machine.host.run(['sh', '-c', USERS]);
    if (prepared.exitCode !== 0) throw new Error(`no private sshd: ${prepared.stderr}`);
    const sshd = await machine.host.start([findTool('sshd') ?? 'sshd', '-D', '-e', '-f', file('config')]);
    for await (const line of sshd.stderrLines) {
      if (line.startsWith('Server listening')) break;
    }
  } catch (error) {
    await machine.close();
    throw error;
  }
  return {
    client: ['nsenter', '-t', String(machine.holderPid), '-n', '--', 'ssh'],
    address: '127.0.0.1',
    port: PORT,
    hostKey: publicKey('host'),
    fingerprint: listed.split(' ')[1] ?? '',
    otherHostKey: publicKey('other'),
    privateKeyFile: file('user'),
    strangerKeyFile: file('stranger'),
    host: machine.host,
    async close() {
      await machine.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
