// The Pulumi engine and its Node language host: found on PATH or in a cache, else downloaded, else built.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheDir, cacheDirs } from '../../infra/util/dirs.ts';
import { isExecutable, searchPath } from '../../infra/util/tools.ts';
import { ensureArtefact } from './artefact.ts';
import { makeCacheDir } from './cache.ts';
import { fromGo } from './go-build.ts';
import { fromRelease } from './release.ts';
import { run } from './run.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';

/** What set-up gets. The same release as the SDK in package.json. */
export const ENGINE_VERSION = '3.253.0';
/** What set-up takes when it is on PATH: knows the provider protocol and the project options used here. */
export const OLDEST_ENGINE: Version = [3, 200, 0];
/** The last language host that is part of a module on the Go proxy; it works with today's engine and SDK. */
const BUILT_HOST_VERSION = '3.66.0';

const LANGUAGE_HOST = 'pulumi-language-nodejs';

export interface Engine {
  readonly pulumi: string;
  readonly version: Version;
  readonly languageHost: string;
  readonly from: 'PATH' | 'cache';
}

/** The engine that commands will use; undefined when there is none that is new enough and whole. */
export async function findEngine(): Promise<Engine | undefined> {
  const cached = cacheDirs().map((cache) => path.join(cache, 'bin'));
  const onPath = searchPath().split(':');
  for (const dir of [...onPath, ...cached]) {
    const pulumi = path.join(dir, 'pulumi');
    if (!isExecutable(pulumi)) continue;
    const version = await versionOf(pulumi);
    // The engine looks for a language host on PATH, then beside itself; the caches are put onto PATH for it.
    const languageHost = [dir, ...onPath, ...cached]
      .map((place) => path.join(place, LANGUAGE_HOST))
      .find(isExecutable);
    if (!version || compareVersions(version, OLDEST_ENGINE) < 0 || !languageHost) continue;
    return { pulumi, version, languageHost, from: cached.includes(dir) ? 'cache' : 'PATH' };
  }
  return undefined;
}

/** Makes the engine ready. @throws NotReady */
export async function ensureEngine(): Promise<Engine> {
  const present = async () => (await findEngine()) !== undefined;
  const advice =
    'Install Pulumi (https://www.pulumi.com/docs/install/) so that pulumi and pulumi-language-nodejs are on PATH, or ' +
    'install Go 1.21 or newer (https://go.dev/dl/) with a way to the Go module proxy (GOPROXY), then run this again.';
  const base = 'https://get.pulumi.com/releases/sdk';
  const release = fromRelease(({ node }) => ({
    what: `Pulumi ${ENGINE_VERSION}`,
    url: `${base}/pulumi-v${ENGINE_VERSION}-linux-${node}.tar.gz`,
    sumsUrl: `${base}/pulumi-${ENGINE_VERSION}-checksums.txt`,
    files: { 'pulumi/pulumi': 'pulumi', [`pulumi/${LANGUAGE_HOST}`]: LANGUAGE_HOST },
    estimateS: 60,
  }));
  const version = 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version';
  const build = {
    name: 'build from the Go module proxy',
    make: async (into: string) => {
      // The small one first: if the proxy is out of reach, that is known at once.
      await fromGo({
        what: 'the Pulumi language host for Node',
        module: 'language-nodejs',
        packages: [`github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/${LANGUAGE_HOST}`],
        variables: { [version]: `v${BUILT_HOST_VERSION}` },
        estimateS: 60,
      }).make(into);
      await fromGo({
        what: `the Pulumi engine ${ENGINE_VERSION}`,
        module: 'pulumi',
        packages: ['github.com/pulumi/pulumi/pkg/v3/cmd/pulumi'],
        variables: { [version]: `v${ENGINE_VERSION}` },
        estimateS: 480,
      }).make(into);
    },
  };
  await ensureArtefact(
    {
      what: 'the Pulumi engine',
      dir: 'bin',
      files: ['pulumi', LANGUAGE_HOST],
      ways: [release, build],
      advice,
    },
    present,
  );
  const engine = await findEngine();
  if (!engine) throw new Error(`the engine was made in ${cacheDir()}/bin and does not run there`);
  return engine;
}

/** The version a pulumi says it has. Asking takes it 0.2 s, so the answer is kept as long as the file is the same. */
async function versionOf(pulumi: string): Promise<Version | undefined> {
  const { size, mtimeMs } = statSync(pulumi);
  const key = `${pulumi} ${size} ${mtimeMs}`;
  const file = path.join(cacheDir(), 'engine-versions.json');
  let known: Record<string, string> = {};
  try {
    known = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Nothing kept yet, or not readable: ask.
  }
  if (known[key] !== undefined) return parseVersion(known[key]);
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
  const version = parseVersion((await run([pulumi, 'version'], { env })).stdout);
  if (!version) return undefined;
  try {
    makeCacheDir();
    writeFileSync(`${file}.${process.pid}`, JSON.stringify({ ...known, [key]: version.join('.') }));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // Only slower next time.
  }
  return version;
}
