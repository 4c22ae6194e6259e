// A machine that is reached by ssh: where it is, who we are there, and which host key it has to show.

/** One node's machine. No secrets: the private key stays in its file, or with the agent. */
export interface SshHost {
  /** Of the node, as Kubernetes knows it. */
  readonly name: string;
  /** Address or DNS name. */
  readonly host: string;
  readonly user: string;
  /** @default 22 */
  readonly port?: number;
  /** Absolute path of an unencrypted private key. Exactly one of this and `agent`. */
  readonly privateKeyFile?: string;
  /** Absolute path of the socket of an ssh agent that holds the key. */
  readonly agent?: string;
  /** Public key of the machine as in known_hosts: "ssh-ed25519 AAAA…". Undefined: whatever it shows is taken, because the user said so. */
  readonly hostKey?: string;
}

/** For messages: "node1 (root@192.0.2.1:22)". */
export function sshHostText({ name, user, host, port = 22 }: SshHost): string {
  return `${name} (${user}@${host.includes(':') ? `[${host}]` : host}:${port})`;
}
