// One rule of a lab broken in the live kernel, and the checks that must then not hold.

/**
 * A command for `sh -c` on a node or pod, in which templates of lab files (`${pod.mac}`) stand for what the lab had before
 * it was broken; or something that only the backend can do.
 */
export type Step =
  | { readonly at: string; readonly run: string }
  /** The pod is made anew: its processes are killed, and its workload is applied again. */
  | { readonly remake: string }
  /** What the network's daemon has set up is set up again where it is not as it was. */
  | { readonly rewire: true };

/** What becomes of a check that is not what the mutation is about. */
export type Beside = 'fail' | 'inconclusive';

export interface Mutation {
  /** What is not as it should be, as a row of the documentation says it. */
  readonly breaks: string;
  /** The experiment that is run while it is broken. */
  readonly experiment: string;
  /** Checks about the rule: they fail. */
  readonly fails: readonly string[];
  /** Checks that cannot hold, either. All others of the experiment pass. @default none */
  readonly beside?: Readonly<Record<string, Beside>>;
  /** How it is broken, and how that is undone. */
  readonly broken: Broken;
}

export interface Live {
  readonly steps: readonly Step[];
  /** Works whatever became of the steps. */
  readonly undo: readonly Step[];
}

export type Broken =
  | Live
  /** Where no command breaks it: a lab of its own, with each text of the lab file replaced by the other. */
  | { readonly variant: readonly (readonly [text: string, by: string])[]; readonly steps?: readonly Step[] }
  /** Where no kernel would do it: this pod's runtime says that its sandbox is the other pod's. */
  | { readonly sandbox: string; readonly of: string };
