// The program takes over the lab that the command has checked, and no other.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHECKED_LAB, handedOver, handOver } from '../../infra/checked-lab.ts';
import { loadLab } from '../../infra/lab/load.ts';

const LAB_FILE = path.resolve(import.meta.dirname, '../../labs/kindnet/lab.yaml');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-checked-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('it is the lab as it was read', async () => {
  const file = path.join(directory, 'logs', 'kindnet.lab.json');
  const lab = await loadLab(LAB_FILE);
  await handOver(lab, LAB_FILE, file);
  expect(await handedOver(LAB_FILE, { [CHECKED_LAB]: file })).toEqual(lab);
  expect(await handedOver('/another/lab.yaml', { [CHECKED_LAB]: file })).toBeUndefined();
});

test('without a command in front, or when the file is gone, the program has to read by itself', async () => {
  expect(await handedOver(LAB_FILE, {})).toBeUndefined();
  expect(await handedOver(LAB_FILE, { [CHECKED_LAB]: path.join(directory, 'none') })).toBeUndefined();
});
