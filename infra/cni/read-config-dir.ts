// Reads a node's CNI configuration directory, with the plugin files of its networks, in one command.
import type { Host } from '../backends/host.ts';
import { CNI_CONFIG_DIR, type Pick, pickNetwork } from './config-dir.ts';

const READ =
  'cd "$1" && for f in * */*.conf; do [ -f "$f" ] && printf "%s %s\\n" "$f" "$(base64 -w0 < "$f")"; done; true';

/** @throws HostError when the node is gone */
export async function readConfigDir(node: Host, directory = CNI_CONFIG_DIR): Promise<Pick> {
  const { stdout } = await node.run(['sh', '-c', READ, 'config', directory]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return pickNetwork(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return { name: line.slice(0, space), content: Buffer.from(line.slice(space + 1), 'base64').toString() };
    }),
  );
}
