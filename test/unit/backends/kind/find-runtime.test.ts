import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { environmentFor, findRuntime, runtimeAddress } from '../../../../infra/backends/kind/find-runtime.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'cnilab-runtimes-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function install(name: string, text = '\x7fELF'): void {
  writeFileSync(path.join(dir, name), text);
  chmodSync(path.join(dir, name), 0o755);
}

// The machine's own docker is in /usr/local/bin or /usr/bin, which are not searched then.
const env = (more = {}) => ({ PATH: dir, ...more });

describe('the container runtime that kind would use', () => {
  it('is the one that was asked for, then the environment’s', () => {
    expect(findRuntime('podman', env({ KIND_EXPERIMENTAL_PROVIDER: 'docker' }))).toBe('podman');
    expect(findRuntime(undefined, env({ KIND_EXPERIMENTAL_PROVIDER: 'nerdctl.lima' }))).toBe('nerdctl.lima');
  });

  it('is the first that is installed, as kind looks for them', () => {
    install('podman');
    expect(findRuntime(undefined, env())).toBe('podman');
    install('nerdctl');
    expect(findRuntime(undefined, env({ KIND_EXPERIMENTAL_PROVIDER: 'unknown to kind' }))).toBe('nerdctl');
    install('docker');
    expect(findRuntime('', env())).toBe('docker');
  });

  it('is not a docker that is podman', () => {
    install('podman');
    install(
      'docker',
      '#!/usr/bin/sh\n[ -e /etc/containers/nodocker ] || echo "Emulate Docker CLI using podman."\n',
    );
    expect(findRuntime(undefined, env())).toBe('podman');
  });

  it('finds the cluster’s daemon again, whatever the environment says by then', () => {
    const kept = runtimeAddress({ DOCKER_HOST: 'unix:///a', CONTAINER_HOST: '', HOME: '/h' });
    expect(kept).toEqual({ DOCKER_HOST: 'unix:///a' });
    expect(
      environmentFor({ cluster: 'x', ...kept }, { DOCKER_HOST: 'b', DOCKER_CONTEXT: 'c', HOME: '/h' }),
    ).toEqual({
      DOCKER_HOST: 'unix:///a',
      HOME: '/h',
    });
  });
});
