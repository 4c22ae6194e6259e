// Where the plugin binaries are on a node: one listing of the plugin directories serves every call.
import type { Host } from '../backends/host.ts';
import { HostError } from '../backends/host-error.ts';
import { nearest } from '../lab/suggest.ts';
import { INSTALL_PLUGINS } from './advice.ts';
import { CniError } from './error.ts';
import type { NetworkList } from './network-list.ts';

/** Regular files, directory by directory; builtins only. */
const LIST =
  'for dir; do for file in "$dir"/*; do [ -f "$file" ] && printf "%s\\n" "$file"; done; done; exit 0';

export class PluginPaths {
  readonly #host: Host;
  readonly #dirs: readonly string[];
  #listing: Promise<readonly string[]> | undefined;

  constructor(host: Host, dirs: readonly string[]) {
    this.#host = host;
    this.#dirs = dirs;
  }

  /**
   * Path of the binary of every plugin of the list, or of those `types` of it.
   * @throws CniError with reason "missing", naming the directories that were looked in
   */
  async resolve(
    list: NetworkList,
    types = list.plugins.map(({ type }) => type),
  ): Promise<ReadonlyMap<string, string>> {
    const known = await this.#list();
    if (types.every((type) => find(known, type))) return pathsOf(known, types);
    // It may have been installed since.
    this.#listing = undefined;
    const now = await this.#list();
    const missing = types.find((type) => !find(now, type));
    if (missing !== undefined) throw this.#missing(list, missing, now);
    return pathsOf(now, types);
  }

  /** To be called when a binary that was found has gone. */
  forget(): void {
    this.#listing = undefined;
  }

  #list(): Promise<readonly string[]> {
    this.#listing ??= this.#read().catch((error) => {
      this.#listing = undefined;
      throw error;
    });
    return this.#listing;
  }

  async #read(): Promise<readonly string[]> {
    const argv = ['sh', '-c', LIST, 'plugins', ...this.#dirs];
    const { exitCode, stdout, stderr } = await this.#host.run(argv);
    if (exitCode !== 0) {
      throw new HostError('failed', this.#host.name, argv, 'cannot list the CNI plugins', stderr);
    }
    return stdout.split('\n').filter((line) => line !== '');
  }

  #missing(list: NetworkList, type: string, files: readonly string[]): CniError {
    const near = nearest(
      type,
      files.map((file) => file.slice(file.lastIndexOf('/') + 1)),
    );
    const dirs = this.#dirs.length > 0 ? this.#dirs.join(', ') : 'no directory at all';
    return new CniError({
      reason: 'missing',
      msg: `there is no plugin "${type}" (looked in ${dirs})`,
      network: list.name,
      node: this.#host.name,
      plugin: type,
      advice: near
        ? `Did you mean "${near}"? Otherwise ${INSTALL_PLUGINS}.`
        : `To have it, ${INSTALL_PLUGINS}.`,
    });
  }
}

/** The first directory that has it wins; the listing is in that order. */
function find(files: readonly string[], type: string): string | undefined {
  return files.find((file) => file.endsWith(`/${type}`));
}

function pathsOf(files: readonly string[], types: readonly string[]): ReadonlyMap<string, string> {
  return new Map(types.map((type) => [type, find(files, type) ?? '']));
}
