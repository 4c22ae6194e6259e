// The two sides: cnitool, which is libcni, and the runtime of infra/cni. Both are asked the same.
import { createHash } from 'node:crypto';
import type { Attachment } from '../../infra/cni/attachment.ts';
import { CniError } from '../../infra/cni/error.ts';
import { readConfigDir } from '../../infra/cni/read-config-dir.ts';
import { CniRuntime } from '../../infra/cni/runtime.ts';
import { type ConformanceCase, NETWORK } from './conformance-case.ts';
import { BIN_DIR, CONFIG_DIR, LIMIT_MS, POD_NETNS, type SideNode } from './side-node.ts';

export type Verb = 'add' | 'check' | 'del' | 'gc' | 'status';

/** How a request ended. `skipped`: it was told that it does not apply, and no plugin was asked. */
export type Outcome =
  | { readonly is: 'done'; readonly result?: unknown }
  | { readonly is: 'skipped'; readonly why: string }
  | { readonly is: 'failed'; readonly message: string };

export type Ask = (verb: Verb) => Promise<Outcome>;
export type Driver = (node: SideNode, one: ConformanceCase) => Promise<Ask>;

/** @param cnitool path of the program */
export function cnitoolDriver(cnitool: string): Driver {
  return async ({ host }, one) => {
    const args = Object.entries({ IgnoreUnknown: '1', ...one.args }).map((pair) => pair.join('='));
    const env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      CNI_PATH: BIN_DIR,
      NETCONFPATH: CONFIG_DIR,
      CNI_ARGS: args.join(';'),
      CNI_IFNAME: one.ifName ?? 'eth0',
      ...(one.capabilityArgs && { CAP_ARGS: JSON.stringify(one.capabilityArgs) }),
    };
    return async (verb) => {
      const { exitCode, stdout, stderr } = await host.run([cnitool, verb, NETWORK, POD_NETNS], {
        ...{ env, timeoutMs: LIMIT_MS },
      });
      if (exitCode !== 0) return { is: 'failed', message: stderr.trim().split('\n').at(-1) ?? '' };
      return { is: 'done', ...(verb === 'add' && { result: JSON.parse(stdout) }) };
    };
  };
}

/** The runtime of infra/cni, with the configuration as a node's directory gives it. */
export const ownDriver: Driver = async ({ host }, one) => {
  const runtime = new CniRuntime({ host, node: host.name, binDirs: [BIN_DIR], timeoutMs: LIMIT_MS });
  const { picked: network, loopback, error } = await readConfigDir(host, CONFIG_DIR);
  // A list of loopback alone is never the network, but what lo is attached to.
  const picked = network ?? (loopback.file === '' ? undefined : loopback);
  if (!picked) return async () => ({ is: 'failed', message: error?.message ?? 'there is no network' });
  const attachment: Attachment = {
    containerId: containerIdOf(POD_NETNS),
    netns: POD_NETNS,
    ifName: one.ifName ?? 'eth0',
    args: one.args ?? {},
    capabilityArgs: one.capabilityArgs ?? {},
  };
  const skipped = (why: string | undefined): Outcome => (why ? { is: 'skipped', why } : { is: 'done' });
  const verbs: Readonly<Record<Verb, () => Promise<Outcome>>> = {
    add: async () => ({ is: 'done', result: (await runtime.add(picked, attachment)).raw }),
    check: async () => skipped(await runtime.check(attachment)),
    del: async () => {
      await runtime.del(picked, attachment);
      return { is: 'done' };
    },
    gc: async () => {
      // cnitool knows no valid attachments.
      const { removed, errors, skipped: why } = await runtime.gc(picked, []);
      const [first] = [...removed.flatMap((one) => one.errors), ...errors];
      if (first) throw first;
      return skipped(why);
    },
    status: async () => skipped(await runtime.status(picked)),
  };
  return async (verb) => {
    try {
      return await verbs[verb]();
    } catch (cause) {
      if (!(cause instanceof CniError)) throw cause;
      const { msg, details } = cause;
      return { is: 'failed', message: details ? `${msg}; ${details}` : msg };
    }
  };
};

/** As cnitool derives it from the path of the network namespace. */
function containerIdOf(netns: string): string {
  return `cnitool-${createHash('sha512').update(netns).digest('hex').slice(0, 20)}`;
}
