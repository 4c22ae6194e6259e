// A way to get an artefact: the publisher's release tarball, checked against the publisher's list of sums.
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findTool } from '../../infra/util/tools.ts';
import type { Way } from './artefact.ts';
import { makeCacheDir } from './cache.ts';
import { download, downloadText, sumFor } from './download.ts';
import { withProgress } from './progress.ts';
import { run, tail } from './run.ts';

export interface Release {
  readonly what: string;
  readonly url: string;
  /** List of SHA-256 sums, or the one sum, as sha256sum(1) writes them. */
  readonly sumsUrl: string;
  /** Path inside the tarball → file name wanted. */
  readonly files: Readonly<Record<string, string>>;
  /** Seconds on an ordinary line. */
  readonly estimateS: number;
}

/** A machine in the names that Go projects and Node use for it. */
interface Architecture {
  readonly go: string;
  readonly node: string;
}

/** This machine's; undefined where nobody publishes binaries. */
function architecture(): Architecture | undefined {
  if (process.arch === 'x64') return { go: 'amd64', node: 'x64' };
  if (process.arch === 'arm64') return { go: 'arm64', node: 'arm64' };
  return undefined;
}

/** @param releaseFor which one is for a machine like this */
export function fromRelease(releaseFor: (machine: Architecture) => Release): Way {
  const machine = architecture();
  const release = machine && releaseFor(machine);
  const host = release ? new URL(release.url).host : 'the publisher';
  return {
    name: `download from ${host}`,
    make: async (into) => {
      if (!release) throw new Error(`nothing is published for ${process.arch}`);
      const tar = findTool('tar');
      if (!tar) throw new Error('there is no tar here');
      const archive = path.posix.basename(new URL(release.url).pathname);
      const file = path.join(makeCacheDir('downloads'), archive);
      // Before any progress is shown: without internet this fails within seconds.
      const sum = sumFor(archive, await downloadText(release.sumsUrl));
      await withProgress(`Downloading ${release.what} from ${host}`, release.estimateS, (report) =>
        download(release.url, file, sum, report),
      );
      const result = await run([tar, '-xzf', file, '-C', into]);
      if (result.exitCode !== 0) throw new Error(`${archive} cannot be unpacked: ${tail(result.stderr, 3)}`);
      for (const [inside, name] of Object.entries(release.files))
        copyFileSync(path.join(into, inside), path.join(into, `${name}.new`));
      for (const name of Object.values(release.files)) moveInto(into, name);
      rmSync(file, { force: true });
    },
  };
}

/** The name may be taken by a directory of the tarball: pulumi/pulumi becomes pulumi. */
function moveInto(into: string, name: string): void {
  rmSync(path.join(into, name), { recursive: true, force: true });
  renameSync(path.join(into, `${name}.new`), path.join(into, name));
}
