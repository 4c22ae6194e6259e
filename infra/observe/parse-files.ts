// The files a node is read for: sysctls, CNI configuration, host-local leases; and how their sections are put together.
import { CNI_CONFIG_DIR } from '../cni/config-dir.ts';
import { BOOT_ID, CACHE_DIR } from './script.ts';
import type { CniConfigRow, LeaseRow, SysctlRow } from './snapshot.ts';

/** Which of a node's CNI configuration files the runtime takes, and why not the others. */
export type PickNetwork = (files: readonly { readonly name: string; readonly content: string }[]) => {
  readonly rows: readonly { readonly file: string; readonly picked: boolean; readonly why: string }[];
};

/** @param text one heading `<mark> file <path>` for each file, then what is in it; nothing for an empty one */
export function readFiles(text: string, mark: string): ReadonlyMap<string, string> {
  const files = new Map<string, string[]>();
  const heading = `${mark} file `;
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(heading)) {
      lines = [];
      files.set(line.slice(heading.length), lines);
    } else lines.push(line);
  }
  return new Map([...files].map(([path, content]) => [path, content.join('\n')]));
}

const SYSCTLS = '/proc/sys/';

/** Names as sysctl(8) writes them: a dot inside an interface name becomes a slash. */
export function sysctlRows(files: ReadonlyMap<string, string>): SysctlRow[] {
  const swap = (c: string) => (c === '/' ? '.' : '/');
  return [...files]
    .filter(([path]) => path.startsWith(SYSCTLS) && path !== BOOT_ID)
    .map(([path, value]) => ({
      name: path.slice(SYSCTLS.length).replaceAll(/[/.]/g, swap),
      value: value.trim().replaceAll(/\s+/g, ' '),
    }));
}

/** @param directory that the runtime looks in */
export function cniConfigRows(
  files: ReadonlyMap<string, string>,
  pick: PickNetwork,
  directory: string = CNI_CONFIG_DIR,
): CniConfigRow[] {
  const configs = [...files]
    .filter(([path]) => path.startsWith(`${directory}/`))
    .map(([path, content]) => ({ name: path.slice(directory.length + 1), content }));
  if (configs.length === 0) return [];
  const contents = new Map(configs.map((c) => [c.name, c.content]));
  return pick(configs).rows.map(({ file, picked, why }) => ({
    file,
    picked,
    why,
    content: parseJson(contents.get(file) ?? ''),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** host-local: `<dataDir>/<network>/<address>` holds the container id and, since 0.7, the interface name (CRLF). */
export function leaseRows(files: ReadonlyMap<string, string>): LeaseRow[] {
  return [...files]
    .filter(([path]) => ![SYSCTLS, CACHE_DIR].some((elsewhere) => path.startsWith(elsewhere)))
    .flatMap(([path, content]) => {
      const [network = '', address = ''] = path.split('/').slice(-2);
      // `lock` and `last_reserved_ip.N` live beside the leases. IPv6 leases have colons in their names.
      if (!/^[0-9a-f.:]+$/i.test(address) || !/[.:]/.test(address)) return [];
      const [containerId = '', ifName = ''] = content.split(/\r?\n/).map((line) => line.trim());
      return [{ network, address, containerId, ifName, path }];
    });
}
