// A minikube of the test's own: the stand-in as `minikube` on PATH, with a directory that goes with the test.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';

export interface StandIn {
  /** minikube's directory. */
  readonly home: string;
  /** Where the backend would keep the files of the cluster. */
  readonly kubeconfig: string;
  /** What it was called with, call by call. */
  calls(): readonly string[];
  /** What it is to do wrong from now on; see the stand-in. */
  goWrong(how: Readonly<Record<string, string | boolean>>): void;
}

export function standInMinikube(): StandIn {
  const dir = mkdtempSync(path.join(tmpdir(), 'cnilab-minikube-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true, force: true });
  });
  const home = path.join(dir, '.minikube');
  symlinkSync(
    path.join(import.meta.dirname, '../../../support/stand-in-minikube.mjs'),
    path.join(dir, 'minikube'),
  );
  // The project's Node is first on the tests' PATH.
  vi.stubEnv('PATH', `${dir}:${path.dirname(process.execPath)}:${process.env.PATH}`);
  vi.stubEnv('MINIKUBE_HOME', home);
  return {
    home,
    kubeconfig: path.join(dir, 'kubeconfig'),
    calls: () => readFileSync(path.join(home, 'calls.txt'), 'utf8').trim().split('\n'),
    goWrong: (how) => writeFileSync(path.join(home, 'stand-in.json'), JSON.stringify(how)),
  };
}
