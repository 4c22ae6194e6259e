// The runtime's records on a node: results/ as libcni keeps it, intents/ for ADDs that have begun. Few processes, many files.
import { randomUUID } from 'node:crypto';
import type { Host, HostFile } from '../backends/host.ts';
import { HostError } from '../backends/host-error.ts';
import type { Attachment } from './attachment.ts';
import {
  cacheFileName,
  formatCacheEntry,
  formatIntent,
  parseCacheEntry,
  parseIntent,
  type StoredAttachment,
} from './cache-entry.ts';
import type { NetworkList } from './network-list.ts';

/** A host may hand a whole write to one shell as an argument, and the kernel allows 128 KiB for one. */
const WRITE_BYTES = 96 * 1024;
/** Paths removed by one command. */
const REMOVE_PATHS = 1000;
const CANNOT_MAKE = 97;

/** Directories at first use, for their owner only; then all files in one go, each line with its file's path before it. */
const LOAD = `[ -d "$1" ] && [ -d "$2" ] || { umask 077; mkdir -p "$1" "$2" || exit ${CANNOT_MAKE}; }
exec grep -asHr "" -- "$1" "$2"`;

/** Everything that was on record when it was read. */
export interface Records {
  /** Finished ADDs of this interface of this container, whatever the network. */
  results(attachment: Attachment): readonly StoredAttachment[];
  /** ADDs that began and were not seen to end. */
  intents(attachment: Attachment): readonly StoredAttachment[];
  /** Files of this attachment in results/ that cannot be read as cache entries. */
  unreadable(attachment: Attachment): readonly string[];
  /** All of them; what finished before what did not. */
  all(): readonly StoredAttachment[];
}

/** ADDs that have begun, and the file that says so. */
export interface Intent {
  readonly path: string;
  readonly stored: readonly StoredAttachment[];
}

export class AttachmentStore {
  readonly #host: Host;
  readonly #results: string;
  readonly #intents: string;
  #intentTurn: Promise<unknown> = Promise.resolve();

  constructor(host: Host, cacheDir: string) {
    this.#host = host;
    this.#results = `${cacheDir}/results`;
    this.#intents = `${cacheDir}/intents`;
  }

  /** One command. @throws HostError when the directories can be neither read nor made */
  async load(): Promise<Records> {
    const { results, intents } = await this.#read();
    const begun = [...intents.values()].flatMap(parseIntent);
    const lists = new Map<string, NetworkList>();
    const parsed = new Map<string, StoredAttachment | undefined>();
    const parse = (name: string) => {
      if (!parsed.has(name)) parsed.set(name, parseCacheEntry(results.get(name) ?? '', lists));
      return parsed.get(name);
    };
    const names = [...results.keys()];
    const of = (attachment: Attachment) =>
      names.filter((name) => name.endsWith(cacheFileName('', attachment)));
    const same = (a: Attachment) => (entry: StoredAttachment) => key(a) === key(entry.attachment);
    return {
      results: (attachment) =>
        of(attachment)
          .flatMap((name) => parse(name) ?? [])
          .filter(same(attachment)),
      intents: (attachment) => begun.filter(same(attachment)),
      unreadable: (attachment) =>
        of(attachment)
          .filter((name) => parse(name) === undefined)
          .map((name) => `${this.#results}/${name}`),
      all: () => {
        const done = names.flatMap((name) => parse(name) ?? []);
        return [...done, ...begun.filter((entry) => !done.some(same(entry.attachment)))];
      },
    };
  }

  /** Puts on record that these ADDs begin. @returns what `end` is to be given */
  async begin(stored: readonly StoredAttachment[]): Promise<readonly Intent[]> {
    // A record is about 400 bytes an attachment, beside the configuration.
    const per = 50;
    const intents: Intent[] = [];
    for (let i = 0; i < stored.length; i += per) {
      intents.push({ path: `${this.#intents}/${randomUUID()}.json`, stored: stored.slice(i, i + per) });
    }
    const content = (intent: Intent) => `${formatIntent(intent.stored)}\n`;
    await this.#write(
      intents.map((intent) => ({ path: intent.path, content: content(intent), mode: 0o600 })),
    );
    return intents;
  }

  /**
   * These ADDs have ended: their intents go, and `files` of the cache. Nothing is read when nothing else can be in the
   * way: every intent is settled, and `records` had none of these attachments before.
   */
  async end(
    intents: readonly Intent[],
    records: Records,
    settled: readonly Attachment[],
    files: readonly string[],
  ): Promise<void> {
    const gone = new Set(settled.map(key));
    const whole = intents.every(({ stored }) => stored.every(({ attachment }) => gone.has(key(attachment))));
    if (!whole || settled.some((attachment) => records.intents(attachment).length > 0))
      return this.forget(settled, files);
    await this.#remove([...files, ...intents.map(({ path }) => path)]);
  }

  /** Writes the result cache. */
  async save(stored: readonly StoredAttachment[]): Promise<void> {
    await this.#write(
      stored.map((entry) => ({
        path: `${this.#results}/${cacheFileName(entry.list.name, entry.attachment)}`,
        content: `${formatCacheEntry(entry)}\n`,
        mode: 0o600,
      })),
    );
  }

  /** Removes the intents of these attachments, and `files` of the cache. */
  async forget(attachments: readonly Attachment[], files: readonly string[] = []): Promise<void> {
    if (attachments.length === 0) return;
    // In turn: two operations at once would each write back what the other has just removed.
    const turn = this.#intentTurn.then(() => this.#forget(attachments, files));
    this.#intentTurn = turn.catch(() => undefined);
    await turn;
  }

  /** The cache file of an attachment. */
  cacheFile(network: string, attachment: Attachment): string {
    return `${this.#results}/${cacheFileName(network, attachment)}`;
  }

  async #forget(attachments: readonly Attachment[], files: readonly string[]): Promise<void> {
    const gone = new Set(attachments.map(key));
    const remove = [...files];
    const rewrite: HostFile[] = [];
    for (const [name, text] of (await this.#read()).intents) {
      const stored = parseIntent(text);
      const rest = stored.filter(({ attachment }) => !gone.has(key(attachment)));
      const path = `${this.#intents}/${name}`;
      if (rest.length === 0) remove.push(path);
      else if (rest.length < stored.length)
        rewrite.push({ path, content: `${formatIntent(rest)}\n`, mode: 0o600 });
    }
    await this.#write(rewrite);
    await this.#remove(remove);
  }

  async #remove(remove: readonly string[]): Promise<void> {
    for (let i = 0; i < remove.length; i += REMOVE_PATHS) {
      const argv = ['rm', '-f', '--', ...remove.slice(i, i + REMOVE_PATHS)];
      const { exitCode, stderr } = await this.#host.run(argv);
      if (exitCode !== 0) {
        throw new HostError('failed', this.#host.name, argv.slice(0, 4), 'cannot remove records', stderr);
      }
    }
  }

  async #read() {
    const argv = ['sh', '-c', LOAD, 'records', this.#results, this.#intents];
    const { exitCode, stdout, stderr } = await this.#host.run(argv);
    // grep: 1 when there is nothing, 2 when a file vanished meanwhile.
    if (exitCode > 2) {
      throw new HostError('failed', this.#host.name, argv, 'cannot read the CNI result cache', stderr);
    }
    return {
      results: linesOf(stdout, `${this.#results}/`),
      intents: linesOf(stdout, `${this.#intents}/`),
    };
  }

  async #write(files: readonly HostFile[]): Promise<void> {
    let batch: HostFile[] = [];
    let size = 0;
    for (const file of files) {
      if (size > 0 && size + file.content.length > WRITE_BYTES) {
        await this.#host.write(batch);
        [batch, size] = [[], 0];
      }
      batch.push(file);
      size += file.content.length + 2 * file.path.length;
    }
    if (batch.length > 0) await this.#host.write(batch);
  }
}

/**
 * File name → text, from lines that begin with the path. Hidden files and those in subdirectories are somebody's
 * half-written ones.
 */
function linesOf(text: string, directory: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(directory)) continue;
    const colon = line.indexOf(':', directory.length);
    const name = line.slice(directory.length, colon);
    if (colon < 0 || name.includes('/') || name.startsWith('.')) continue;
    files.set(name, `${files.get(name) ?? ''}${line.slice(colon + 1)}\n`);
  }
  return files;
}

function key({ containerId, ifName }: Attachment): string {
  return `${containerId}/${ifName}`;
}
