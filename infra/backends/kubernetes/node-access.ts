// How a process gets onto the nodes of a real cluster: by the container runtime, a privileged pod, ssh, or not at all (this machine).
import type { Operation, ShellCommand } from '../backend.ts';

/** A process to be started on this machine, whose three streams are those of a process on a node. */
export interface NodeCommand {
  readonly argv: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The nodes of one cluster, by the names that Kubernetes knows them by. What runs there is root, in the node's network, PID
 * and UTS namespaces. Its files are the node's in /etc/cni, /var/lib/cni, /run, /opt/cni, /proc and /sys; its tools may come
 * from elsewhere (the image of a privileged pod).
 */
export interface NodeAccess {
  /** In words, for messages and the doctor: "docker exec", "a privileged pod". */
  readonly name: string;
  /** All files but those named above are an image's, too: the node's own are those of its first process. @default false */
  readonly hasImageFiles?: boolean;
  /** Makes entering possible (starts privileged pods, say); called before the first `enter`, more than once is harmless. */
  open?(op: Operation): Promise<void>;
  /** Takes away whatever `open` made. Idempotent. */
  close?(op: Operation): Promise<void>;
  /** Standard input is binary-safe and ends when this process closes it; no terminal, no line conversion. */
  enter(node: string, argv: readonly string[]): NodeCommand;
  /** The same with the caller's own terminal. */
  shell(node: string, argv: readonly string[]): ShellCommand;
}
