// What a kind of resource is to the provider: six operations on plain data. Secrets and unknowns are dealt with outside.
import type { Backend, ClusterHandle, Operation } from '../backends/backend.ts';

/** One input that cannot be. `property` is its path, such as pods[1].node. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** One thing that is to change. None of them: nothing to do. */
export interface Change {
  /** Path of the property, in Pulumi's notation. */
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  /** The old one is deleted, then a new one made; otherwise it is updated in place. */
  readonly replace?: boolean;
  /** It is the live system that changed, not what is asked for: said to the user, who did not edit anything. */
  readonly reason?: string;
}

/** What an operation may use beside its data. */
export interface CallContext {
  readonly urn: string;
  readonly stack: string;
  /** Aborted by Ctrl-C, and when the engine is gone. */
  readonly op: Operation;
  /** Tells the user, beside the resource. */
  inform(message: string): void;
  /** Into the provider's log file. */
  log(message: string): void;
  /** The backend of that name; connections made through it are closed when the provider is. */
  backend(name: string): Promise<Backend>;
  /** The same, for a cluster that is (or was) there. */
  backendOf(handle: ClusterHandle): Promise<Backend>;
}

/**
 * A kind of resource. `I` is what the program gives, `O` what is computed from it; state is both side by side, so
 * they share no property name.
 */
export interface Handler<I extends object, O extends object> {
  /** Outputs that an update leaves alone: preview goes on with them instead of calling them unknown. */
  readonly keptByUpdate: readonly (keyof O & string)[];
  /**
   * What becomes of it when a change was cut off before the engine could save it, and something else is asked for now.
   * again: it is applied over what is there · anew: it is replaced. @default the engine's state is believed
   */
  readonly cutOff?: 'again' | 'anew';
  /** Values not known yet are the codec's UNKNOWN. `isNew`: there is no such resource in the state. */
  check(news: unknown, isNew: boolean, call: CallContext): Promise<readonly CheckFailure[]>;
  /** Must be cheap: it runs on every `up`. */
  diff(state: I & O, news: I, call: CallContext): Promise<readonly Change[]>;
  /** @throws PartialFailure when something was made that a later `up` or `destroy` has to know about. */
  create(news: I, call: CallContext): Promise<{ readonly id: string; readonly outs: O }>;
  /** The outputs as they are now, or undefined when there is no such thing any more. */
  read(state: I & O, call: CallContext): Promise<O | undefined>;
  /**
   * Whether the update would put something on record and do nothing else: every output then stays as it is, and
   * preview says so. @default never
   */
  onlyRecords?(state: I & O, news: I, call: CallContext): Promise<boolean>;
  /** @throws PartialFailure when what is there now is no longer what the old state says. */
  update(id: string, state: I & O, news: I, call: CallContext): Promise<O>;
  /** Idempotent. */
  delete(state: I & O, call: CallContext): Promise<void>;
}
