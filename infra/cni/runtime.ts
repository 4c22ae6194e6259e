// A CNI runtime (specification 1.1.0) on one node: real plugin binaries, records that survive a crash, every call kept.
import pLimit from 'p-limit';
import type { Host } from '../backends/host.ts';
import { type AddOutcome, type AddRequest, addBatch, type Limit } from './add-batch.ts';
import type { AddResult } from './add-result.ts';
import type { Attachment } from './attachment.ts';
import { AttachmentStore } from './attachment-store.ts';
import type { StoredAttachment } from './cache-entry.ts';
import type { CniCall } from './call.ts';
import { checkChain } from './chain.ts';
import { type DelOptions, type DelOutcome, type DelRequest, delBatch } from './del-batch.ts';
import { CniError } from './error.ts';
import type { NetworkList } from './network-list.ts';
import { type GcOutcome, gcNetwork, networkStatus, tooOld } from './network-verbs.ts';
import { OperationLocks } from './operation-locks.ts';
import { type CallerOptions, PluginCaller, pause } from './plugin-caller.ts';
import { atLeast, CHECK_SINCE } from './version.ts';

export interface CniRuntimeOptions {
  /** Where the plugins run: the node, never the pod. */
  readonly host: Host;
  /** Node name, for records and messages. */
  readonly node: string;
  /** Plugin directories on the node, in the order in which they are looked in; also CNI_PATH. */
  readonly binDirs: readonly string[];
  /** @default /var/lib/cni, where libcni and its users look */
  readonly cacheDir?: string;
  /** Told of every plugin call when it has ended. */
  readonly onCall?: (call: CniCall) => void;
  /** Of one plugin call, ms; a bridge port alone may take 2.5 s to come up. @default 30000 */
  readonly timeoutMs?: number;
  /** What a person does to raise that limit, for the message. */
  readonly limitHint?: string;
  /** Containers worked on at a time. @default 4 */
  readonly parallel?: number;
  /** Instead of `parallel`: a limit shared with other runtimes, such as the other nodes'. */
  readonly limit?: Limit;
  /** Waits between tries; for tests. */
  readonly pause?: CallerOptions['pause'];
}

export interface BatchOptions {
  readonly signal?: AbortSignal;
}

/** `skipped` says why no plugin was asked. */
export interface CheckOutcome {
  readonly attachment: Attachment;
  readonly skipped?: string;
  readonly error?: CniError;
}

export class CniRuntime {
  readonly #caller: PluginCaller;
  readonly #store: AttachmentStore;
  readonly #limit: Limit;
  readonly #locks = new OperationLocks();

  constructor(options: CniRuntimeOptions) {
    const { host, node, binDirs, cacheDir = '/var/lib/cni', timeoutMs = 30_000 } = options;
    this.#caller = new PluginCaller({
      ...{ host, node, binDirs, timeoutMs },
      onCall: options.onCall ?? (() => undefined),
      limitHint: options.limitHint ?? 'raise timeoutMs of the CNI runtime',
      pause: options.pause ?? pause,
    });
    this.#store = new AttachmentStore(host, cacheDir);
    this.#limit = options.limit ?? pLimit(options.parallel ?? 4);
  }

  /** Attaches one interface. @throws CniError, when nothing is left of the attempt but what `cleanup` says */
  async add(list: NetworkList, attachment: Attachment, options: BatchOptions = {}): Promise<AddResult> {
    const [outcome] = await this.addBatch([{ list, attachment }], options);
    if (!outcome?.ok) throw outcome?.error;
    return outcome.result;
  }

  /** The same network for many containers. See addBatch. */
  addAll(
    list: NetworkList,
    attachments: readonly Attachment[],
    options?: BatchOptions,
  ): Promise<AddOutcome[]> {
    return this.addBatch(
      attachments.map((attachment) => ({ list, attachment })),
      options,
    );
  }

  /**
   * Attaches many interfaces, containers beside each other; one write before and one after for all of them. Those of
   * one container (lo, then eth0) are done in the order given, and all undone when one fails: in an outcome with an
   * error nothing of that container is left but what `error.cleanup` says. Rejects only for programming errors.
   */
  async addBatch(requests: readonly AddRequest[], { signal }: BatchOptions = {}): Promise<AddOutcome[]> {
    if (requests.length === 0) return [];
    return this.#locks.containers(ids(requests), () =>
      addBatch(this.#caller, this.#store, this.#limit, requests, signal),
    );
  }

  /**
   * Detaches one interface, with the configuration it was added with; `list` is for when that is not on record.
   * Fine when it is gone already. @throws CniError
   */
  async del(list: NetworkList | undefined, attachment: Attachment, options: DelOptions = {}): Promise<void> {
    const [outcome] = await this.delBatch([{ list, attachment }], options);
    const [error] = outcome?.errors ?? [];
    if (error) throw error.withCleanup(outcome?.errors.slice(1) ?? []);
  }

  delAll(
    list: NetworkList | undefined,
    attachments: readonly Attachment[],
    options?: DelOptions,
  ): Promise<DelOutcome[]> {
    return this.delBatch(
      attachments.map((attachment) => ({ list, attachment })),
      options,
    );
  }

  /** Detaches many interfaces: one read before, one removal after. @throws HostError when the records cannot be read */
  async delBatch(requests: readonly DelRequest[], options: DelOptions = {}): Promise<DelOutcome[]> {
    if (requests.length === 0) return [];
    return this.#locks.containers(ids(requests), () =>
      delBatch(this.#caller, this.#store, this.#limit, requests, options),
    );
  }

  /** @returns why it was skipped, else undefined. @throws CniError of the first plugin that finds something wrong */
  async check(attachment: Attachment, options: BatchOptions = {}): Promise<string | undefined> {
    const [outcome] = await this.checkAll([attachment], options);
    if (outcome?.error) throw outcome.error;
    return outcome?.skipped;
  }

  /** CHECK with the configuration and the result on record, of every network each interface is attached to. */
  async checkAll(attachments: readonly Attachment[], { signal }: BatchOptions = {}): Promise<CheckOutcome[]> {
    return this.#locks.containers(ids(attachments.map((attachment) => ({ attachment }))), async () => {
      const records = await this.#store.load();
      return Promise.all(
        attachments.map((attachment) =>
          this.#limit(() => this.#check(attachment, records.results(attachment), signal)),
        ),
      );
    });
  }

  /** Runs alone: every ADD and DEL on this node waits for it. */
  gc(
    list: NetworkList,
    valid: readonly Pick<Attachment, 'containerId' | 'ifName'>[],
    { signal }: BatchOptions = {},
  ): Promise<GcOutcome> {
    return this.#locks.exclusive(() =>
      gcNetwork(this.#caller, this.#store, this.#limit, list, valid, signal),
    );
  }

  /** @returns why nobody was asked; undefined when every plugin is ready for ADD. @throws CniError of the first that is not */
  status(list: NetworkList, { signal }: BatchOptions = {}): Promise<string | undefined> {
    return networkStatus(this.#caller, list, signal);
  }

  /** Everything on record: finished attachments (with `result`), and ADDs that a crash interrupted (without). */
  async known(): Promise<readonly StoredAttachment[]> {
    return (await this.#store.load()).all();
  }

  async #check(
    attachment: Attachment,
    stored: readonly StoredAttachment[],
    signal?: AbortSignal,
  ): Promise<CheckOutcome> {
    const [entry] = stored;
    if (!entry) {
      const { containerId, ifName } = attachment;
      const msg = `${ifName} of container ${containerId} is not on record: it was not added, or its ADD was interrupted`;
      const { node } = this.#caller.options;
      return {
        attachment,
        error: new CniError({ reason: 'state', command: 'CHECK', node, msg, containerId }),
      };
    }
    const { list } = entry;
    if (list.disableCheck) return { attachment, skipped: `network ${list.name} sets disableCheck` };
    if (!atLeast(list.cniVersion, CHECK_SINCE)) {
      return { attachment, skipped: tooOld(list, 'CHECK', CHECK_SINCE) };
    }
    try {
      const { netns } = attachment;
      await checkChain(this.#caller, { ...entry, attachment: { ...entry.attachment, netns } }, signal);
      return { attachment };
    } catch (error) {
      if (error instanceof CniError) return { attachment, error };
      throw error;
    }
  }
}

function ids(requests: readonly { readonly attachment: Attachment }[]): string[] {
  return requests.map(({ attachment }) => attachment.containerId);
}
