// Outputs of the real minikube; see recorded/README.md.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MinikubeResult } from '../../../../infra/backends/minikube/failure.ts';

const DIR = path.join(import.meta.dirname, 'recorded');

export function recording(name: string): MinikubeResult {
  const read = (stream: string) => {
    const file = path.join(DIR, `${name}.${stream}`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const index = JSON.parse(readFileSync(path.join(DIR, 'index.json'), 'utf8')) as Record<
    string,
    { exitCode: number }
  >;
  const entry = index[name];
  if (entry === undefined) throw new Error(`there is no recording ${name}`);
  return { exitCode: entry.exitCode, stdout: read('out'), stderr: read('err') };
}
