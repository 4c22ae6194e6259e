// A way to get an artefact: built from the Go module proxy, exactly as the committed go.mod and go.sum pin it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTool } from '../../infra/util/tools.ts';
import type { Way } from './artefact.ts';
import { withProgress } from './progress.ts';
import { run, tail } from './run.ts';
import { compareVersions, parseVersion } from './version.ts';

/** Older ones cannot fetch the toolchain that a go.mod asks for (go.dev/doc/toolchain). */
const OLDEST_GO = [1, 21];

const ENGINE_DIR = fileURLToPath(new URL('../engine/', import.meta.url));

export interface GoProgram {
  readonly what: string;
  /** Directory of go.mod under scripts/engine. */
  readonly module: string;
  /** Import paths of main packages; each gives a file named after its last element. */
  readonly packages: readonly string[];
  /** `-X` settings: variable → value. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Seconds with cold caches on two cores. */
  readonly estimateS: number;
}

/** Go on this machine: PATH, or where its own tarball is usually unpacked. */
export function findGo(): string | undefined {
  return findTool('go') ?? findTool('go', { PATH: '/usr/local/go/bin:/usr/lib/go/bin' });
}

export function fromGo(program: GoProgram): Way {
  return {
    name: 'build from the Go module proxy',
    make: async (into) => {
      const go = findGo();
      if (!go) throw new Error('there is no Go here');
      const version = parseVersion((await run([go, 'version'])).stdout.replace('go version go', ''));
      if (!version || compareVersions(version, OLDEST_GO) < 0)
        throw new Error(`${go} is ${version?.join('.') ?? 'unknown'}; 1.21 or newer is needed`);
      await withProgress(`Building ${program.what} with Go`, program.estimateS, (report) =>
        build(go, program, into, report),
      );
    },
  };
}

/** Go keeps what it has downloaded and compiled, so an interrupted build goes on where it stopped. */
async function build(
  go: string,
  program: GoProgram,
  into: string,
  report: (detail: string) => void,
): Promise<void> {
  const flags = Object.entries(program.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const counts = { downloaded: 0, compiled: 0 };
  const result = await run(
    [
      go,
      'build',
      '-v',
      '-mod=readonly',
      '-buildvcs=false',
      `-ldflags=${['-s', '-w', ...flags].join(' ')}`,
      '-o',
      // With the separator at its end Go takes it for a directory.
      into + path.sep,
      ...program.packages,
    ],
    {
      cwd: path.join(ENGINE_DIR, program.module),
      // Static programs: they also run inside a lab's composed root.
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOOS: 'linux' },
      onLine: (line) => {
        if (line.startsWith('go: downloading')) counts.downloaded++;
        else counts.compiled++;
        report(`${counts.downloaded} modules downloaded, ${counts.compiled} packages compiled`);
      },
    },
  );
  if (result.exitCode === 0) return;
  const said = result.stderr.split('\n').filter((line) => !line.startsWith('go: downloading'));
  throw new Error(`go build failed with exit code ${result.exitCode}:\n${tail(said.join('\n'), 8)}`);
}
