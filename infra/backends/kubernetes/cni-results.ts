// What the CNI plugins answered when a runtime made its sandboxes: from the results that libcni keeps on each node.
import { z } from 'zod';
import { parseAddResult, type ResultFacts, resultFacts } from '../../cni/add-result.ts';

/** What the runtime calls a pod's first interface (containerd, CRI-O and cri-dockerd alike). */
const IF_NAME = 'eth0';

/**
 * libcni's default (containerd, CRI-O by way of ocicni, k3s), and where cri-dockerd has it (`--cni-cache-dir`).
 * Files are named <network>-<container id>-<interface> (libcni/api.go, getCacheFilePath).
 */
const DIRECTORIES = ['/var/lib/cni/results', '/var/lib/cni/cache/results'];

/** Of a sandbox's eth0. Texts are empty where the result does not say, as a plugin need not name the node's end. */
export interface CniFacts extends ResultFacts {
  readonly network: string;
  readonly ifName: string;
  /** Of the first address, as `address` is. */
  readonly gateway: string;
}

/** One line of a file each: libcni writes no line breaks. Files that are not there, or empty, are no lines. */
const SCRIPT = [
  'files=',
  `for id do for dir in ${DIRECTORIES.join(' ')}; do files="$files $dir/*-$id-*"; done; done`,
  // The patterns are to be expanded. 1: not a line; 2: some file is not there.
  "grep -sh '' $files /dev/null; [ $? -le 2 ]",
].join('\n');

/**
 * To be run on a node; {@link parseCniResults} reads what it prints.
 * @param sandboxIds CNI_CONTAINERIDs
 * @throws TypeError when one of them is none
 */
export function cniResultsCommand(sandboxIds: readonly string[]): readonly string[] {
  for (const id of sandboxIds) if (!/^[A-Za-z0-9_.-]+$/.test(id)) throw new TypeError(`no sandbox id: ${id}`);
  return ['sh', '-c', SCRIPT, 'sh', ...sandboxIds];
}

/** The configuration in it is left alone: it may use what we do not know. */
const entry = z.looseObject({
  kind: z.literal('cniCacheV1'),
  containerId: z.string(),
  ifName: z.literal(IF_NAME),
  networkName: z.string(),
  result: z.record(z.string(), z.unknown()),
});

/** By sandbox id. A sandbox without an entry is not there: one in the node's network, or of a runtime that keeps none. */
export function parseCniResults(output: string): ReadonlyMap<string, CniFacts> {
  return new Map(
    output.split('\n').flatMap((line) => {
      const facts = tolerate(() => parseLine(line));
      return facts ? [facts] : [];
    }),
  );
}

function parseLine(line: string): readonly [string, CniFacts] {
  const { containerId, networkName: network, ifName, result } = entry.parse(JSON.parse(line));
  const parsed = parseAddResult(result, '1.0.0');
  const facts = resultFacts(parsed, ifName);
  const gateway = parsed.ips.find(({ address }) => address.split('/')[0] === facts.address)?.gateway ?? '';
  return [containerId, { network, ifName, ...facts, gateway }];
}

/** Another network's entry, or one that a crash cut off (containernetworking/cni#1055). */
function tolerate<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
