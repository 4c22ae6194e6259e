// What is kept of an attachment: libcni's result cache (kind cniCacheV1), and our record of ADDs that are under way.
import { z } from 'zod';
import type { Attachment } from './attachment.ts';
import { type NetworkList, parseNetworkList } from './network-list.ts';
import { cniArgs } from './plugin-env.ts';

/** An attachment as it was recorded, with the configuration that made it. */
export interface StoredAttachment {
  readonly list: NetworkList;
  readonly attachment: Attachment;
  /** Final result of the ADD; undefined when it was never seen to end. */
  readonly result?: unknown;
}

const args = z.array(z.tuple([z.string(), z.string()])).nullish();
const capabilityArgs = z.record(z.string(), z.unknown()).nullish();
const cache = z.looseObject({
  kind: z.literal('cniCacheV1'),
  containerId: z.string(),
  config: z.base64(),
  ifName: z.string(),
  netns: z.string().optional(),
  cniArgs: args,
  capabilityArgs,
  result: z.record(z.string(), z.unknown()).nullish(),
});
const intent = z.object({
  kind: z.literal('cnilabIntentV1'),
  lists: z.array(z.base64()),
  attachments: z.array(
    z.object({
      list: z.int(),
      containerId: z.string(),
      ifName: z.string(),
      netns: z.string(),
      cniArgs: args,
      capabilityArgs,
    }),
  ),
});

/** libcni's file name; a network or container name may hold "-", so it cannot be taken apart again. */
export function cacheFileName(network: string, { containerId, ifName }: Attachment): string {
  return `${network}-${containerId}-${ifName}`;
}

/** One line, as libcni writes it, so that other tools (cnitool, a Kubernetes runtime) can DEL what we added. */
export function formatCacheEntry({ list, attachment, result }: StoredAttachment): string {
  const { containerId, ifName, netns } = attachment;
  return JSON.stringify({
    kind: 'cniCacheV1',
    containerId,
    config: encode(list.source),
    ifName,
    networkName: list.name,
    netns,
    ...formatArgs(attachment),
    result,
  });
}

/**
 * Undefined when the file is empty, cut off, or of another kind: such an entry must not stand in the way of a DEL.
 * @param lists configurations read so far; most entries of a node have the same one
 */
export function parseCacheEntry(
  text: string,
  lists = new Map<string, NetworkList>(),
): StoredAttachment | undefined {
  return tolerate(() => {
    const entry = cache.parse(JSON.parse(text));
    const { containerId, ifName, netns = '', config, result } = entry;
    const list = lists.get(config) ?? parseNetworkList(decode(config));
    lists.set(config, list);
    return {
      list,
      attachment: { containerId, ifName, netns, ...parseArgs(entry) },
      ...(result && { result }),
    };
  });
}

/** One file for many attachments; each configuration is kept once. */
export function formatIntent(stored: readonly StoredAttachment[]): string {
  const lists = [...new Set(stored.map(({ list }) => list.source))];
  return JSON.stringify({
    kind: 'cnilabIntentV1',
    lists: lists.map(encode),
    attachments: stored.map(({ list, attachment }) => {
      const { containerId, ifName, netns } = attachment;
      return { list: lists.indexOf(list.source), containerId, ifName, netns, ...formatArgs(attachment) };
    }),
  });
}

/** Empty when the file cannot be read. */
export function parseIntent(text: string): readonly StoredAttachment[] {
  return (
    tolerate(() => {
      const { lists, attachments } = intent.parse(JSON.parse(text));
      const parsed = lists.map((config) => parseNetworkList(decode(config)));
      return attachments.flatMap(({ list: index, containerId, ifName, netns, ...rest }) => {
        const list = parsed[index];
        return list ? [{ list, attachment: { containerId, ifName, netns, ...parseArgs(rest) } }] : [];
      });
    }) ?? []
  );
}

function formatArgs(attachment: Attachment) {
  const { args, capabilityArgs } = attachment;
  return {
    cniArgs: cniArgs(args),
    ...(Object.keys(capabilityArgs).length > 0 && { capabilityArgs }),
  };
}

function parseArgs(entry: {
  cniArgs?: z.infer<typeof args>;
  capabilityArgs?: z.infer<typeof capabilityArgs>;
}) {
  return { args: Object.fromEntries(entry.cniArgs ?? []), capabilityArgs: entry.capabilityArgs ?? {} };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

function tolerate<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
