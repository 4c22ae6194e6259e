// A fault of a pod network: how it is brought in, what it looks like from a pod, and how it is taken away again.
import type { Scene } from './scene.ts';

/** One command on one host of the lab. */
export interface Step {
  /** Node or pod. */
  readonly host: string;
  readonly argv: readonly string[];
}

/** A ping that shows it, or with a port a connection. */
export interface Flow {
  /** Pod. */
  readonly from: string;
  /** Pod, or node. */
  readonly to: string;
  /** TCP port that is connected to, instead of a ping. */
  readonly port?: number;
  /** Bytes of ICMP payload. @default what ping sends */
  readonly size?: number;
  /** Sent with DF. @default false */
  readonly dontFragment?: boolean;
}

/**
 * What becomes of the flow. `unanswered`: no reply at all. `too-big`: answered when small, an ICMP error when of that size.
 * `rewritten`: answered, but the target sees another source than the pod. `ambiguous`: two hosts answer for the target.
 * `refused`: nobody accepts the connection, though the pod behind it does on its own address.
 * `no-address`: the flow is as it was, but the next pod on the node cannot be wired.
 */
export type Effect = 'unanswered' | 'too-big' | 'rewritten' | 'ambiguous' | 'refused' | 'no-address';

/** What a fault does to one lab as it stands. */
export interface Breakage {
  readonly inject: readonly Step[];
  /** Undoes it, whatever the flow has left behind; does no harm where it is not, or no longer. */
  readonly repair: readonly Step[];
  /** Shows it. @default a ping between the scene's pods */
  readonly flow?: Flow;
  /** @default unanswered */
  readonly effect?: Effect;
  /** Where it is. */
  readonly culprit: {
    readonly host: string;
    /** What is missing or wrong, as a diagnosis names it (`infra/diagnose`). */
    readonly subject: string;
    /** The row of kernel state, as the tools print it. */
    readonly row: string;
  };
}

export interface Fault {
  /** RFC 1123 label. */
  readonly name: string;
  /** What is broken, in a sentence. */
  readonly title: string;
  /** What a student sees, without knowing the cause. */
  readonly symptom: string;
  /** Pure. Undefined when this network has nothing that could break so. */
  breakage(scene: Scene): Breakage | undefined;
}

/** A fault for one lab as it stands, with nothing left to default. */
export type FaultPlan = Required<Breakage>;

/** Pure. @returns undefined when the lab has nothing that could break so */
export function planFault(fault: Fault, scene: Scene): FaultPlan | undefined {
  const breakage = fault.breakage(scene);
  const flow = { from: scene.from.name, to: scene.to.name };
  return breakage && { flow, effect: 'unanswered', ...breakage };
}
