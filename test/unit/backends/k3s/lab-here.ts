// A lab of one node for tests of K3s on "this machine", which is a stand-in.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClusterSpec } from '../../../../infra/backends/backend.ts';
import type { HereOptions } from '../../../../infra/backends/k3s/k3s-here.ts';
import { makeK3sTool } from '../../../../infra/backends/k3s/k3s-tool.ts';
import { STAND_IN_INSTALLER, standInMachine } from '../../../support/stand-in-k3s-machine.ts';

export const node = {
  name: 'k3s-server',
  role: 'control-plane',
  address: '192.168.56.2',
  podCIDR: '10.42.0.0/24',
} as const;
export const settings = { allowHostChanges: 'true', installer: STAND_IN_INSTALLER };
export const spec: ClusterSpec & { network: object } = {
  stack: 'blue',
  lab: 'flannel',
  isolation: 'auto',
  underlay: { cidr: '192.168.56.0/24', gateway: '192.168.56.1' },
  nodes: [node],
  settings,
  network: { type: 'flannel', podCIDR: '10.42.0.0/16', vni: 1, port: 8472 },
};
export const op = { signal: new AbortController().signal };

export class LabHere {
  readonly machine = standInMachine();
  /** For files that are not the machine's. */
  readonly directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-files-'));
  readonly kubeconfig = path.join(this.directory, 'kubeconfig');
  readonly tool = this.#tool();

  facts() {
    return this.tool.plan(spec, 'c1');
  }

  create(change: Partial<ClusterSpec> = {}, options: HereOptions = {}) {
    return this.#tool(options).create({ ...spec, ...change }, this.facts(), this.kubeconfig, op);
  }

  /** A file of the machine. */
  read(file: string): string {
    return readFileSync(path.join(this.machine.root, file), 'utf8');
  }

  #tool(options: HereOptions = {}) {
    const { root, env } = this.machine;
    return makeK3sTool({ root, env, asRoot: [], ...options });
  }

  close(): void {
    this.machine.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: Error) => error.message,
  );
