// Nodes that are machines reached by ssh: OpenSSH's client, one shared connection a machine, host keys always as given.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import { removeDirectory, shortLivedDirectory } from './short-lived-directory.ts';
import { knownHosts, remoteCommand, type SshFiles, sshOptions } from './ssh-argv.ts';
import { openConnection, type SshConnection } from './ssh-connection.ts';
import type { SshHost } from './ssh-host.ts';

export interface SshAccessOptions {
  /** argv of the client. @default ['ssh'] */
  readonly client?: readonly string[];
}

/**
 * Needs root there, or a user whom sudo asks for no password. `open` connects to all machines at once; where a machine
 * allows no more sessions on the shared connection (sshd_config(5), MaxSessions, 10), the client makes one of its own.
 */
export function sshAccess(hosts: readonly SshHost[], options: SshAccessOptions = {}): NodeAccess {
  const client = options.client ?? ['ssh'];
  let directory: string | undefined;
  let opening: Promise<readonly SshConnection[]> | undefined;

  const makeDirectory = () => {
    const made = shortLivedDirectory();
    writeFileSync(path.join(made, 'known_hosts'), knownHosts(hosts), { mode: 0o600 });
    return made;
  };
  const forget = () => {
    if (directory !== undefined) removeDirectory(directory);
    directory = undefined;
  };
  const files = (index: number): SshFiles => {
    directory ??= makeDirectory();
    return { knownHosts: path.join(directory, 'known_hosts'), control: path.join(directory, `${index}`) };
  };
  const find = (node: string) => {
    const index = hosts.findIndex(({ name }) => name === node);
    const host = hosts[index];
    if (!host)
      throw new Error(`no machine is named ${node}; there are: ${hosts.map(({ name }) => name).join(', ')}`);
    return { host, files: files(index) };
  };
  const connect = async (signal: AbortSignal) => {
    const settled = await Promise.allSettled(
      hosts.map((host, index) => openConnection(client, host, files(index), signal)),
    );
    const open = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const problems = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (problems.length === 0) return open;
    await Promise.all(open.map((connection) => connection.close()));
    forget();
    throw problems.length === 1 ? problems[0] : new Error(problems.map(({ message }) => message).join('\n'));
  };

  return {
    name: 'ssh',
    async open(op) {
      opening ??= connect(op.signal);
      await opening.catch((error) => {
        opening = undefined;
        throw error;
      });
    },
    async close() {
      const open = await opening?.catch(() => []);
      opening = undefined;
      await Promise.all((open ?? []).map((connection) => connection.close()));
      forget();
    },
    enter(node, argv) {
      const { host, files } = find(node);
      return {
        argv: [
          ...client,
          '-T',
          ...sshOptions(host, files, 'use'),
          '--',
          host.host,
          remoteCommand(host, argv),
        ],
      };
    },
    shell(node, argv) {
      const { host, files } = find(node);
      return {
        argv: [
          ...client,
          '-t',
          ...sshOptions(host, files, 'use'),
          '--',
          host.host,
          remoteCommand(host, argv),
        ],
        env: {},
      };
    },
  };
}
