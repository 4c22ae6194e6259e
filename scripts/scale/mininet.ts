// Mininet's own command with 100 hosts on a Linux bridge, in namespaces that end with it.
import { findTool } from '../../infra/util/tools.ts';
import { runProgram, type Stop } from '../bench/run-command.ts';

/** One network, one mount namespace: nothing of the machine's is touched, and what is left goes with them. */
const ENTER = ['unshare', '--mount', '--net', '--propagation', 'private'];
const SCRIPT = 'ip link set lo up && exec mn --topo "single,$1" --switch lxbr --controller none --test none';

/** Why it cannot be compared here; undefined when it can. */
export function whyNoMininet(): string | undefined {
  if (process.getuid?.() !== 0) return 'Mininet needs root';
  const missing = ['mn', 'brctl'].filter((tool) => !findTool(tool));
  if (missing.length === 0) return undefined;
  return `there is no ${missing.join(' and no ')}; Debian has them in the packages mininet and bridge-utils`;
}

/** @returns seconds of the whole command: hosts and switch up, everything down */
export async function measureMininet(hosts: number, stop: Stop): Promise<number> {
  const argv = [...ENTER, 'sh', '-c', SCRIPT, 'mininet', `${hosts}`];
  return (await runProgram(argv, stop)).seconds;
}
