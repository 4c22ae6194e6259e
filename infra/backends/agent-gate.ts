// Where an agent's process is started, and what can be known of that place without asking it.
import type { startProcess } from '../util/exec.ts';

/** The way to one place where an agent runs. */
export interface AgentGate {
  /** Undefined as far as can be told without starting a process; else why nothing can run there any more. */
  gone(): string | undefined;
  /** Starts the agent there; its three streams are what {@link Agent} speaks over. */
  start(): ReturnType<typeof startProcess>;
  /** Why the process has ended by itself. */
  whyEnded(): string;
  /**
   * What a tap has written into a file of that name, which is then gone. Absent: the agent is asked for it, which costs a
   * copy through the pipe.
   */
  take?(name: string): Buffer;
}
