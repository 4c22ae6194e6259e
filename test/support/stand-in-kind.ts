// A machine where kind and docker are stand-ins: their directory, first in PATH, and a lab to be made there.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClusterSpec } from '../../infra/backends/backend.ts';

/** Ranges that no machine has: RFC 5737's documentation addresses. */
export const SPEC: ClusterSpec = {
  stack: 'kindnet-dev',
  lab: 'kindnet',
  isolation: 'auto',
  underlay: { cidr: '198.51.100.0/24', gateway: '198.51.100.1' },
  network: { type: 'kindnet', podCIDR: '10.244.0.0/16', vni: 1, port: 8472 },
  nodes: [
    { name: 'minikube', role: 'control-plane', address: '198.51.100.2', podCIDR: '10.244.0.0/24' },
    { name: 'minikube-m02', role: 'worker', address: '198.51.100.3', podCIDR: '10.244.1.0/24' },
  ],
};

export class KindMachine {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'cnilab-kind-'));
  readonly kubeconfig = path.join(this.dir, 'private', 'kubeconfig');
  readonly #env = { ...process.env };

  constructor() {
    const bin = path.join(this.dir, 'bin');
    for (const name of ['bin', 'containers', 'networks']) mkdirSync(path.join(this.dir, name));
    mkdirSync(path.dirname(this.kubeconfig), { mode: 0o700 });
    for (const name of ['kind', 'docker'])
      symlinkSync(path.join(import.meta.dirname, `stand-in-${name}.sh`), path.join(bin, name));
    process.env.PATH = `${bin}:${process.env.PATH}`;
    process.env.STAND_IN_KIND = this.dir;
    for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT', 'KIND_EXPERIMENTAL_PROVIDER'])
      delete process.env[name];
  }

  end(): void {
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
    rmSync(this.dir, { recursive: true, maxRetries: 5 });
  }

  /** Of fail-<command>, hang-<command>: see the stand-ins. */
  set(file: string, text = ''): void {
    writeFileSync(path.join(this.dir, file), text);
  }

  unset(file: string): void {
    rmSync(path.join(this.dir, file));
  }

  read(file: string): string {
    const full = path.join(this.dir, file);
    return existsSync(full) ? readFileSync(full, 'utf8') : '';
  }

  /** Names of containers and networks that are there. */
  all(): Record<'containers' | 'networks', string[]> {
    const list = (name: string) => {
      const dir = path.join(this.dir, name);
      return existsSync(dir) ? readdirSync(dir).sort() : [];
    };
    return { containers: list('containers'), networks: list('networks') };
  }
}
