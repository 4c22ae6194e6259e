// Results on disk: never half-written, private to the user, and put together in the lab's order.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExperimentResult, Verdict } from '../../../infra/experiments/result.ts';
import { labResultsSchema, resultsJsonSchema } from '../../../infra/experiments/results-schema.ts';
import {
  readResults,
  removeResult,
  resultsFile,
  writeLabResults,
  writeResult,
} from '../../../infra/experiments/results-store.ts';
import { exec } from '../../../infra/util/exec.ts';

let dir: string;
beforeEach(async () => {
  dir = path.join(await mkdtemp(path.join(tmpdir(), 'results-')), 'stack');
});
afterEach(() => rm(path.dirname(dir), { recursive: true, force: true }));

const header = { lab: 'kindnet', stack: 'dev', backend: 'netns' };

function result(name: string, verdict: Verdict = 'pass', second = 0): ExperimentResult {
  const startedAt = `2026-01-01T00:00:0${second}.000Z`;
  const check = {
    name: 'it holds',
    claim: 'K8',
    verdict,
    expected: { $count: 1 },
    observed: [null],
    differences: [],
  };
  return {
    ...{ name, kind: 'ping', verdict, checks: [check], observed: { at: [1] }, canonical: null },
    ...{ startedAt, durationMs: 12.5, trafficMs: 0, artifacts: [] },
  };
}

async function composed() {
  return labResultsSchema.parse(JSON.parse(await readFile(resultsFile(dir), 'utf8')));
}

describe('the results store', () => {
  it('keeps each result, and all of them in the order of the lab file with the worst verdict', async () => {
    const order = ['b', 'c', 'a'];
    await Promise.all([
      writeResult(dir, result('a'), { ...header, order }),
      writeResult(dir, result('b', 'inconclusive'), { ...header, order }),
      writeResult(dir, result('c'), { ...header, order }),
    ]);
    const { version, verdict, experiments } = await composed();
    expect({ version, verdict, names: experiments.map(({ name }) => name) }).toEqual({
      version: 1,
      verdict: 'inconclusive',
      names: order,
    });
    expect(await readResults(dir, order)).toEqual([result('b', 'inconclusive'), result('c'), result('a')]);
  });

  it('replaces a result, and composes with the header that there is', async () => {
    await writeResult(dir, result('a', 'fail'), header);
    await writeResult(dir, result('a'));
    expect(await composed()).toMatchObject({
      ...header,
      verdict: 'pass',
      experiments: [{ name: 'a', verdict: 'pass' }],
    });
  });

  it('leaves results.json alone as long as nobody has said whose it is', async () => {
    await writeResult(dir, result('a'));
    await expect(stat(resultsFile(dir))).rejects.toThrow('ENOENT');
    expect(await writeLabResults(dir, header)).toMatchObject({
      verdict: 'pass',
      experiments: [{ name: 'a' }],
    });
  });

  it('forgets experiments that the lab no longer has, captures included', async () => {
    await mkdir(path.join(dir, 'captures'), { recursive: true });
    for (const name of ['a', 'b', 'c']) {
      await writeFile(path.join(dir, 'captures', `${name}.pcapng`), '');
      await writeResult(dir, result(name), header);
    }
    await removeResult(dir, 'a');
    await removeResult(dir, 'b');
    expect(await readdir(path.join(dir, 'captures'))).toEqual(['c.pcapng']);
    expect((await composed()).experiments.map(({ name }) => name)).toEqual(['c']);
  });

  it('is readable by its owner alone', async () => {
    await writeResult(dir, result('a'), header);
    const modes = await Promise.all(
      [dir, path.join(dir, 'results'), resultsFile(dir), path.join(dir, 'results', 'a.json')].map(
        async (file) => (await stat(file)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  it('names the file that is not a result', async () => {
    await writeResult(dir, result('a'), header);
    await writeFile(path.join(dir, 'results', 'a.json'), '{"name": "a"}');
    await expect(readResults(dir)).rejects.toThrow(
      /results\/a\.json is not the result of an experiment: delete it/,
    );
  });

  it('knows no results where nothing has been run', async () => {
    expect(await readResults(dir)).toEqual([]);
    await removeResult(dir, 'a');
  });

  it('says that the disk is full, and leaves neither a part nor a hole', async () => {
    const store = path.resolve(import.meta.dirname, '../../../infra/util/write-atomic.ts');
    const script = `import { writeAtomic } from ${JSON.stringify(store)};
      await writeAtomic('full/a', 'before');
      await writeAtomic('full/a', 'x'.repeat(1e6)).catch((error) => console.log(error.message));`;
    const where = path.dirname(dir);
    await mkdir(path.join(where, 'full'));
    const shell = `mount -t tmpfs -o size=64k tmpfs full && "$0" --input-type=module -e "$1"; ls -A full; cat full/a`;
    const { stdout } = await exec(['unshare', '-Urm', 'sh', '-c', shell, process.execPath, script], {
      cwd: where,
    });
    expect(stdout).toBe('cannot write full/a: the disk is full; make room and run it again\na\nbefore');
  });
});

describe('the published schema', () => {
  it('refuses what is no result, and knows every field of one', async () => {
    expect(
      labResultsSchema.safeParse({ version: 1, ...header, verdict: 'maybe', experiments: [] }).success,
    ).toBe(false);
    const { properties } = resultsJsonSchema() as { readonly properties: object };
    expect(Object.keys(properties)).toEqual(['version', 'lab', 'stack', 'backend', 'verdict', 'experiments']);
  });
});
