// Which lab a stack stands for.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labPath } from '../../infra/lab-path.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cnilab-labs-'));
  for (const lab of ['kindnet', 'flannel']) {
    mkdirSync(path.join(root, 'labs', lab), { recursive: true });
    writeFileSync(path.join(root, 'labs', lab, 'lab.yaml'), '');
  }
  mkdirSync(path.join(root, 'mine'));
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['the lab named like the stack', undefined, 'flannel', 'labs/flannel/lab.yaml'],
  ['kindnet for a stack that is named otherwise', '', 'blue', 'labs/kindnet/lab.yaml'],
  ['a lab by its name', 'flannel', 'blue', 'labs/flannel/lab.yaml'],
  ['a path from the checkout', 'labs/flannel/lab.yaml', 'blue', 'labs/flannel/lab.yaml'],
  ['a directory beside labs/ that is named like a lab', 'mine', 'blue', 'mine'],
  ['an absolute path', '/elsewhere/lab.yaml', 'blue', '/elsewhere/lab.yaml'],
  ['a name that there is not, where its lab would be', 'flanel', 'blue', 'labs/flanel/lab.yaml'],
])('%s', (_, asked, stack, expected) => {
  expect(labPath(asked, stack, root)).toBe(path.resolve(root, expected));
});
