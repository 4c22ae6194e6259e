import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

describe('the README', () => {
  it('shows a lab file that is right', () => {
    const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
    const { raw, source } = parseLabSource(text, 'README.md');
    expect(resolveLab(raw, source, {})).toMatchObject({ name: 'hello', workloads: [{ pods: [{}, {}] }] });
  });

  it('links only to what exists', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
    const missing = links.filter((target) => {
      try {
        return readFileSync(path.join(root, target)) === undefined;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== 'EISDIR';
      }
    });
    expect(missing).toEqual([]);
  });
});
