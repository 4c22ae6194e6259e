// Which file of /etc/cni/net.d is the network, and which is used for lo: the choice that containerd's go-cni makes.
import { type NetworkList, NetworkListError, parseNetworkFile, parseNetworkList } from './network-list.ts';

/** Where a runtime looks for configuration, unless it is told otherwise. */
export const CNI_CONFIG_DIR = '/etc/cni/net.d';

export interface ConfigFile {
  /** Base name; of a file in a directory beside the configurations, `<directory>/<base name>`. */
  readonly name: string;
  readonly content: string;
}

export interface ConfigRow {
  readonly file: string;
  readonly picked: boolean;
  readonly why: string;
}

export interface Pick {
  /** The default network, for eth0. */
  readonly picked?: NetworkList;
  /** What brings up `lo`: a file's, or the built-in one. */
  readonly loopback: NetworkList;
  /** One for each file, in the order in which they are looked at. */
  readonly rows: readonly ConfigRow[];
  /** Why no network could be picked. */
  readonly error?: NetworkListError;
}

/** Any other ending is not configuration (libcni's ConfFiles). */
const READ = ['.conf', '.conflist', '.json'];

/** As containerd has it built in. */
const BUILT_IN_LOOPBACK = parseNetworkList(
  '{"cniVersion":"0.3.1","name":"cni-loopback","plugins":[{"type":"loopback"}]}',
);

/**
 * Files are taken in byte order of their names, all endings together; the first is the network. A file that cannot be
 * read as configuration stops the search, as it stops containerd: what comes after it is never used in its place.
 * Plugin objects in `<network name>/*.conf` are appended to that network's (CNI spec 1.1.0, section 1, and libcni's
 * NetworkPluginConfsFromFiles). Never throws: see `error`.
 */
export function pickNetwork(files: readonly ConfigFile[]): Pick {
  const all = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const [sorted, pluginFiles] = [false, true].map((nested) =>
    all.filter(({ name }) => name.includes('/') === nested),
  ) as [ConfigFile[], ConfigFile[]];
  const pluginFilesOf = (network: string) =>
    pluginFiles.filter(({ name }) => name.startsWith(`${network}/`) && name.endsWith('.conf'));
  const rows: ConfigRow[] = [];
  let picked: NetworkList | undefined;
  let loopback: NetworkList | undefined;
  let error: NetworkListError | undefined;
  for (const { name: file, content } of sorted) {
    const row = (why: string, chosen = false) => rows.push({ file, picked: chosen, why });
    if (!READ.some((ending) => file.endsWith(ending))) {
      row(`not read: a configuration ends in ${READ.join(', ')}`);
      continue;
    }
    const list = tryParse(file, content, pluginFilesOf);
    if (!(list instanceof NetworkListError) && isLoopback(list)) {
      row(loopback ? `not used: ${loopback.file} is used for lo` : 'used for lo, never as the network');
      loopback ??= list;
    } else if (picked) row(`not first: ${picked.file} is the network`);
    else if (error) row('not used: the file before it is broken, and a runtime stops there');
    else if (list instanceof NetworkListError) {
      error = new NetworkListError(`${list.message}; correct the file, or rename it so that it is not read`);
      row(`broken: ${list.message}`);
    } else {
      picked = list;
      row('the first configuration in the order of names', true);
    }
  }
  if (!picked) {
    const found = sorted.length === 0 ? 'the directory is empty' : `there are ${names(sorted)}`;
    error ??= new NetworkListError(
      `no network: no file ending in ${READ.join(', ')} describes one; ${found}`,
    );
  }
  const appended = picked?.appended ?? [];
  for (const { name: file } of pluginFiles) {
    const used = appended.includes(file);
    rows.push({
      file,
      picked: used,
      why: used
        ? `appended to the plugins of network ${picked?.name}`
        : 'not used: it is of no network that is used, or that one loads no plugins but its own',
    });
  }
  return {
    ...(picked && { picked }),
    loopback: loopback ?? BUILT_IN_LOOPBACK,
    rows,
    ...(error && { error }),
  };
}

function tryParse(
  file: string,
  content: string,
  pluginFilesOf: (network: string) => readonly ConfigFile[],
): NetworkList | NetworkListError {
  try {
    return parseNetworkFile(file, content, pluginFilesOf);
  } catch (error) {
    if (error instanceof NetworkListError) return error;
    throw error;
  }
}

function isLoopback(list: NetworkList): boolean {
  return list.plugins.length === 1 && list.plugins[0]?.type === 'loopback';
}

function names(files: readonly ConfigFile[]): string {
  return files.map(({ name }) => name).join(', ');
}
