import { expect, test } from 'vitest';
import { readablePath, shortPath } from '../../../scripts/cli/text.ts';

const at = (file: string) => [
  shortPath(file, '/home/ann/cnilab', '/home/ann'),
  readablePath(file, '/home/ann/cnilab', '/home/ann'),
];

test('a path as a person would write it, and as a program can open it', () => {
  expect(at('/home/ann/cnilab/labs/x/lab.yaml')).toEqual(['labs/x/lab.yaml', 'labs/x/lab.yaml']);
  expect(at('/home/ann/.local/state/cnilab')).toEqual([
    '~/.local/state/cnilab',
    '/home/ann/.local/state/cnilab',
  ]);
  expect(at('/home/annabel/lab.yaml')).toEqual(['/home/annabel/lab.yaml', '/home/annabel/lab.yaml']);
  expect(at('/srv/lab.yaml')).toEqual(['/srv/lab.yaml', '/srv/lab.yaml']);
  expect(shortPath('/tmp/x', '/home/ann', '/')).toBe('/tmp/x');
});
