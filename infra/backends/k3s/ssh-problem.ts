// What OpenSSH's (and sudo's) own words mean, and what to do about it.
import type { Refusal } from '../kubernetes/cluster-tool.ts';
import { type SshHost, sshHostText } from './ssh-host.ts';

type Explain = (host: SshHost, said: RegExpExecArray) => Refusal;

const where = ({ host, port = 22 }: SshHost) => (port === 22 ? host : `-p ${port} ${host}`);
const keyName = ({ privateKeyFile, agent }: SshHost) =>
  privateKeyFile === undefined ? `the keys of the agent ${agent}` : `the key ${privateKeyFile}`;

/** In this order: a changed key also says that verification failed. Texts as of OpenSSH 9.2 and sudo 1.9. */
const PROBLEMS: readonly (readonly [RegExp, Explain])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED(?:[\s\S]*The fingerprint for the (\S+) key sent by the remote host is\s+(\S+[^.\s]))?/,
    (host, [, type = '', fingerprint = '']) => ({
      reason:
        `${sshHostText(host)} shows another host key than the one you gave ` +
        `(${type} ${fingerprint}): it was set up anew, or it is another machine`,
      fix:
        'at the machine itself compare with: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub; ' +
        'if it is that one, give the content of that file as hostKey',
    }),
  ],
  [
    /No (\S+) host key is known for/,
    (host, [, type = '']) => ({
      reason: `${sshHostText(host)} shows a host key of type ${type}, and you gave one of another type`,
      fix: `give its key of type ${type} as hostKey, read at the machine itself (/etc/ssh/ssh_host_*_key.pub)`,
    }),
  ],
  [
    /Unable to negotiate .*: no matching host key type found|Host key verification failed/,
    (host) => ({
      reason: `the host key of ${sshHostText(host)} could not be verified`,
      fix: 'give its key as hostKey, as it is in /etc/ssh/ssh_host_ed25519_key.pub on that machine',
    }),
  ],
  [
    /UNPROTECTED PRIVATE KEY FILE|bad permissions/,
    (host) => ({
      reason: `ssh does not use ${keyName(host)}: others may read it`,
      fix: `chmod 600 ${host.privateKeyFile}`,
    }),
  ],
  [
    /Load key .*?: (.+)/,
    (host, [, why = '']) => ({
      reason: `ssh cannot use ${keyName(host)}: ${why.trim()}`,
      fix: 'name a private key in a form that ssh-keygen writes, without a passphrase, or use an agent',
    }),
  ],
  [
    /Permission denied \(([^)]*)\)/,
    (host, [, methods = '']) => ({
      reason: `${sshHostText(host)} does not let ${host.user} in with ${keyName(host)} (it takes: ${methods})`,
      fix:
        `add the public key to ~${host.user}/.ssh/authorized_keys there, or name another user or key ` +
        '(one with a passphrase is used by an agent only)',
    }),
  ],
  [
    /Connection refused/,
    (host) => ({
      reason: `nothing listens for ssh at ${sshHostText(host)}: connection refused`,
      fix: `start sshd there, or correct host and port; try: ssh ${where(host)}`,
    }),
  ],
  [
    /Could not resolve hostname .*: (.+)/,
    (host, [, why = '']) => ({
      reason: `the name of ${sshHostText(host)} is not known: ${why.trim()}`,
      fix: 'correct host, or give an address',
    }),
  ],
  [
    /(Connection timed out|No route to host|Network is unreachable|Operation timed out)/,
    (host, [, why = '']) => ({
      reason: `${sshHostText(host)} does not answer: ${why.toLowerCase()}`,
      fix: `see whether it runs and what filters are in between; try: ssh ${where(host)}`,
    }),
  ],
  [
    /sudo: (?:a password is required|a terminal is required|sorry, you must have a tty)|is not in the sudoers file/,
    (host) => ({
      reason: `sudo on ${sshHostText(host)} does not let ${host.user} become root without a password`,
      fix: `put "${host.user} ALL=(ALL) NOPASSWD: ALL" into a file of /etc/sudoers.d there (visudo), or give the user root`,
    }),
  ],
  [
    /sudo: (?:command )?not found/,
    (host) => ({
      reason: `there is no sudo on ${sshHostText(host)}, and ${host.user} is not root`,
      fix: 'install sudo there, or give the user root',
    }),
  ],
  [
    /(Connection (?:closed|reset) by .*|kex_exchange_identification: .*|Timeout, server .* not responding)/,
    (host, [, said = '']) => ({
      reason: `the connection to ${sshHostText(host)} broke: ${said.trim()}`,
      fix: `see the log of sshd there; try: ssh ${where(host)}`,
    }),
  ],
];

/** @returns undefined when nothing in it is ssh's or sudo's own */
export function sshProblem(host: SshHost, stderr: string): Refusal | undefined {
  for (const [pattern, explain] of PROBLEMS) {
    const said = pattern.exec(stderr);
    if (said) return explain(host, said);
  }
  return undefined;
}
