// One network as both runtimes are given it: data, no more.

/** What one side does, in order; each is observed. */
export type Step =
  | 'status'
  | 'add'
  | 'add again'
  | 'check'
  | 'check damaged'
  | 'del'
  | 'del again'
  | 'add anew'
  | 'gc'
  | 'add for loss'
  | 'del of lost';

/** A whole life: ready, attached, checked, detached twice; attached and collected; attached, lost and detached. */
export const LIFE: readonly Step[] = [
  'status',
  'add',
  'check',
  'del',
  'del again',
  'add anew',
  'gc',
  'add for loss',
  'del of lost',
];

export type PluginObject = { readonly type: string; readonly [key: string]: unknown };

export interface ConformanceCase {
  readonly name: string;
  /** What there is to see in it. */
  readonly about: string;
  /** None: the configuration has no such key. */
  readonly plugins: readonly PluginObject[];
  /** More keys of the configuration, beside name, cniVersion and plugins. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** @default eth0 */
  readonly ifName?: string;
  /** CNI_ARGS; IgnoreUnknown=1 is put before them on both sides, as Kubernetes runtimes do. */
  readonly args?: Readonly<Record<string, string>>;
  readonly capabilityArgs?: Readonly<Record<string, unknown>>;
  /** Shell, in the node, before anything else. */
  readonly prepare?: string;
  /** Shell, in the node, before "check damaged". */
  readonly damage?: string;
  /** Base name → content, for `<configuration directory>/<network>/`. */
  readonly pluginFiles?: Readonly<Record<string, object>>;
  /** @default LIFE */
  readonly steps?: readonly Step[];
  /** Protocol versions; the case is run with each. @default VERSIONS */
  readonly versions?: readonly string[];
}

/** Versions of the protocol that networks in use are written in. */
export const VERSIONS: readonly string[] = ['0.3.1', '0.4.0', '1.0.0', '1.1.0'];

export const NETWORK = 'lab.net';

/** The configuration as a file has it. */
export function conflistOf(one: ConformanceCase, cniVersion: string): string {
  const { keys, plugins } = one;
  return JSON.stringify(
    { cniVersion, name: NETWORK, ...keys, ...(plugins.length > 0 && { plugins }) },
    null,
    2,
  );
}
