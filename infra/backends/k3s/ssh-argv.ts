// What OpenSSH's client is told: pure, so that every option can be seen in one place.
import { shellQuote } from '../../util/shell-quote.ts';
import type { SshHost } from './ssh-host.ts';

/** Files of ours that a client is pointed to. */
export interface SshFiles {
  /** Holds the host keys that were given, and no others. */
  readonly knownHosts: string;
  /** Socket of the connection to this host that all commands share, where there is one. */
  readonly control: string;
}

/** own: makes the shared connection; use: goes through it, and by itself where it is not there. */
export type Sharing = 'own' | 'use';

/**
 * Options and destination; what is to be run there comes behind. Nothing is read from the user's or the machine's ssh
 * configuration, so that a lab means the same for everybody (ssh_config(5)).
 */
export function sshOptions(host: SshHost, files: SshFiles, sharing: Sharing): readonly string[] {
  const options = {
    BatchMode: 'yes',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    ...hostKeyOptions(host, files),
    ...(host.privateKeyFile === undefined
      ? { IdentityAgent: quoted(host.agent ?? 'none') }
      : { IdentityAgent: 'none', IdentitiesOnly: 'yes', IdentityFile: quoted(host.privateKeyFile) }),
    ControlMaster: sharing === 'own' ? 'yes' : 'no',
    ControlPath: quoted(files.control),
    ControlPersist: 'no',
    // A machine that went away is noticed within this time, not after the kernel's quarter of an hour.
    ServerAliveInterval: '5',
    ServerAliveCountMax: '3',
    ConnectTimeout: '10',
    LogLevel: 'ERROR',
    EscapeChar: 'none',
  };
  const words = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return ['-F', 'none', ...words, '-p', String(host.port ?? 22), '-l', host.user];
}

/** The keys are filed under the node's name: then neither port nor form of the address matters. */
function hostKeyOptions({ name, hostKey }: SshHost, files: SshFiles): Readonly<Record<string, string>> {
  const common = { GlobalKnownHostsFile: '/dev/null', UpdateHostKeys: 'no', CheckHostIP: 'no' };
  if (hostKey === undefined)
    return { ...common, StrictHostKeyChecking: 'no', UserKnownHostsFile: '/dev/null' };
  return {
    ...common,
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: quoted(files.knownHosts),
    HostKeyAlias: name,
  };
}

/** The text of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function knownHosts(hosts: readonly SshHost[]): string {
  return hosts
    .flatMap(({ name, hostKey }) => (hostKey === undefined ? [] : [`${name} ${hostKey}\n`]))
    .join('');
}

/**
 * The command line for the remote user's shell, as root. sshd hands everything to that shell as one text, so the argv is
 * quoted for it. `sudo -n` never asks.
 */
export function remoteCommand({ user }: SshHost, argv: readonly string[]): string {
  return `exec ${shellQuote(user === 'root' ? argv : ['sudo', '-n', '--', ...argv])}`;
}

/** A file name as a value of ssh_config(5): it may hold spaces, and `%` begins a token. */
function quoted(file: string): string {
  return `"${file.replaceAll('%', '%%')}"`;
}
