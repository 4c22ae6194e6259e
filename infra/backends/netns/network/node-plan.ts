// What one node's networking is to look like: data, from which both the wiring script and the drift check are made.
import { CNI_CONFIG_DIR, type Pick, pickNetwork } from '../../../cni/config-dir.ts';
import type { HostFile } from '../../host.ts';

/** A file that is read by people: text alone. */
export type TextFile = HostFile & { readonly content: string };

export interface NodePlan {
  /** CNI configuration. */
  readonly files: readonly TextFile[];
  readonly vxlan?: VxlanPlan;
  readonly neighbours: readonly { readonly dst: string; readonly mac: string; readonly dev: string }[];
  readonly fdb: readonly { readonly mac: string; readonly dev: string; readonly dst: string }[];
  readonly routes: readonly RoutePlan[];
  readonly chains: readonly ChainPlan[];
  /** Written last: their presence tells plugins that everything else is there. */
  readonly lastFiles: readonly TextFile[];
}

export interface VxlanPlan {
  readonly dev: string;
  readonly vni: number;
  readonly port: number;
  readonly local: string;
  readonly mac: string;
  readonly mtu: number;
  /** With prefix length. */
  readonly address: string;
}

export interface RoutePlan {
  readonly dst: string;
  readonly via: string;
  readonly dev: string;
  readonly onlink: boolean;
}

/** An iptables chain of ours: replaced as a whole, and jumped to once from a built-in chain. */
export interface ChainPlan {
  /** `ip6`: ip6tables instead of iptables. @default ip */
  readonly family?: 'ip6';
  readonly table: 'nat' | 'filter';
  readonly chain: string;
  readonly from: 'POSTROUTING' | 'FORWARD';
  /** Match of the rule that jumps here; may be empty. */
  readonly jumpMatch: string;
  /** Rules without their "-A CHAIN". */
  readonly rules: readonly string[];
}

/** The lab's own files for the CNI configuration directory. */
export function configFiles(configs: Readonly<Record<string, string>>): readonly TextFile[] {
  return Object.entries(configs).map(([name, content]) => ({ path: `${CNI_CONFIG_DIR}/${name}`, content }));
}

/** A configuration that we write: JSON as the project it stands for writes it. */
export function configFile(name: string, content: unknown): TextFile {
  return { path: `${CNI_CONFIG_DIR}/${name}`, content: `${JSON.stringify(content, null, 2)}\n` };
}

/** What a runtime would make of the CNI configuration directory with these files in it. */
export function pickPlanned(files: readonly TextFile[]): Pick {
  return pickNetwork(
    files.map(({ path, content }) => ({ name: path.slice(path.lastIndexOf('/') + 1), content })),
  );
}
