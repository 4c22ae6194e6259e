// Labs on disk: what is read, and what is refused because it lies outside or is not what it should be.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadLab } from '../../../infra/lab/load.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { GOOD_LAB, spoil } from './lab-text.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-'));
  await mkdir(join(root, 'demo/configs'), { recursive: true });
  await writeFile(join(root, 'secret'), 'not for a lab');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const withConfigs = (configs: string) => spoil('type: kindnet', `type: kindnet\n  configs: ${configs}`);
const write = (name: string, content: string | Uint8Array) => writeFile(join(root, 'demo', name), content);
const lab = (name = 'demo/lab.yaml') => loadLab(join(root, name));
async function messageOf(name?: string): Promise<string> {
  const error = await lab(name).then(
    () => new Error('no error'),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(LabError);
  return error.message.replaceAll(root, '');
}

describe('a lab on disk', () => {
  it('is read with the files of its configs directory, verbatim, editors’ leftovers aside', async () => {
    await write('lab.yaml', withConfigs('configs'));
    await write('configs/200-loopback.conf', '{"name": "lo", "type": "loopback"}\n');
    await write('configs/old.mk_disabled', 'whatever');
    await write('configs/.old.swp', 'x');
    expect((await lab()).network.configs).toEqual({
      '200-loopback.conf': '{"name": "lo", "type": "loopback"}\n',
      'old.mk_disabled': 'whatever',
    });
    expect((await lab('demo')).name).toBe('demo');
  });

  it('that is not there is answered with what is', async () => {
    await write('lab.yaml', GOOD_LAB);
    expect(await messageOf('dmeo/lab.yaml')).toBe(
      '/dmeo/lab.yaml:1:1: there is no such file\n  did you mean /demo?',
    );
    expect(await messageOf('demo/lab.yml')).toContain('did you mean /demo/lab.yaml?');
  });

  it('that is not UTF-8 is refused at the place', async () => {
    await write('lab.yaml', new Uint8Array([...Buffer.from('name: demo\ntitle: '), 0xe9, 0x0a]));
    expect(await messageOf()).toBe('/demo/lab.yaml:2:8: this is not UTF-8 text\n  save the file as UTF-8');
  });

  it('that is a directory or huge is refused', async () => {
    await mkdir(join(root, 'demo/lab.yaml'));
    expect(await messageOf('demo')).toContain('not a regular file');
    await write('big.yaml', 'x'.repeat(1024 * 1024 + 1));
    expect(await messageOf('demo/big.yaml')).toContain('larger than 128 kB');
  });
});

describe('a configs directory', () => {
  it.each(['../', '/etc', 'configs/../../demo/../..', '..'])('outside (%s) is refused', async (configs) => {
    await write('lab.yaml', withConfigs(configs));
    expect(await messageOf()).toContain(`lab.yaml:10:12: "${configs}" is outside the lab's directory`);
  });

  it('that leads outside by a link is refused, as is a file that does', async () => {
    await symlink(root, join(root, 'demo/away'));
    await write('lab.yaml', withConfigs('away'));
    expect(await messageOf()).toContain("is a link to outside the lab's directory");
    await symlink(join(root, 'secret'), join(root, 'demo/configs/10-x.conf'));
    await write('lab.yaml', withConfigs('configs'));
    expect(await messageOf()).toContain('"configs/10-x.conf" is a link to nowhere or to outside');
  });

  it('may have links inside', async () => {
    await write('shared.conf', '{"name": "lo", "type": "loopback"}');
    await symlink('../shared.conf', join(root, 'demo/configs/10-x.conf'));
    await write('lab.yaml', withConfigs('configs'));
    expect(Object.keys((await lab()).network.configs)).toEqual(['10-x.conf']);
  });

  it('that is missing, has a directory in it, a huge file or an odd name is refused', async () => {
    await write('lab.yaml', withConfigs('confgs'));
    expect(await messageOf()).toContain('there is no directory "confgs" beside lab.yaml');
    await write('lab.yaml', withConfigs('configs'));
    await mkdir(join(root, 'demo/configs/sub'));
    expect(await messageOf()).toContain('"configs/sub" is not a regular file');
    await rm(join(root, 'demo/configs/sub'), { recursive: true });
    await write('configs/big.conf', 'x'.repeat(256 * 1024 + 1));
    expect(await messageOf()).toContain('"configs/big.conf" is larger than 256 kB');
    await rm(join(root, 'demo/configs/big.conf'));
    await write('configs/a b.conf', '{}');
    expect(await messageOf()).toContain('"configs/a b.conf" has characters');
  });
});
