// What the CNI tests share: lists, attachments, and a runtime on a private host that waits for nothing.
import path from 'node:path';
import type { Attachment } from '../../../infra/cni/attachment.ts';
import type { CniCall } from '../../../infra/cni/call.ts';
import { type NetworkList, parseNetworkList } from '../../../infra/cni/network-list.ts';
import { CniRuntime, type CniRuntimeOptions } from '../../../infra/cni/runtime.ts';
import { cniPluginDirs } from '../../../infra/util/tools.ts';
import type { PrivateHost } from '../../support/private-host.ts';

export const STAND_INS = path.resolve(import.meta.dirname, '../../support/stand-in-plugins');

export function listOf(plugins: readonly object[], extra: object = {}): NetworkList {
  return parseNetworkList(JSON.stringify({ cniVersion: '1.0.0', name: 'testnet', ...extra, plugins }));
}

/** As Kindnet writes it. */
export function kindnet(cniVersion: string): NetworkList {
  const ranges = [[{ subnet: '10.244.0.0/24' }]];
  const routes = [{ dst: '0.0.0.0/0' }];
  const ipam = { type: 'host-local', dataDir: '/run/cni-ipam-state', routes, ranges };
  const plugins = [
    { type: 'ptp', ipMasq: false, ipam, mtu: 1500 },
    { type: 'portmap', capabilities: { portMappings: true } },
  ];
  return listOf(plugins, { cniVersion, name: 'kindnet' });
}

export function attachmentOf(netns: string, over: Partial<Attachment> = {}): Attachment {
  const containerId = 'c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789';
  return { containerId, netns, ifName: 'eth0', args: { K8S_POD_NAME: 'pod-1' }, capabilityArgs: {}, ...over };
}

export interface TestRuntime {
  readonly runtime: CniRuntime;
  readonly calls: CniCall[];
  readonly pauses: number[];
}

export function runtimeOn({ host }: PrivateHost, over: Partial<CniRuntimeOptions> = {}): TestRuntime {
  const calls: CniCall[] = [];
  const pauses: number[] = [];
  const runtime = new CniRuntime({
    host,
    node: 'node-1',
    binDirs: [STAND_INS, ...cniPluginDirs()],
    onCall: (call) => calls.push(call),
    pause: async (ms) => void pauses.push(ms),
    ...over,
  });
  return { runtime, calls, pauses };
}

/** "ADD ptp" for each call, in order. */
export function verbs(calls: readonly CniCall[]): string[] {
  return calls.map(({ command, plugin }) => `${command} ${plugin}`);
}
