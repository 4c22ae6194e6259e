// The labs that are killed are right lab files, and their variants are what an update is to go through.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadLab } from '../../../../infra/lab/load.ts';
import { crashLab, NETWORKS, VARIANTS, type Variant } from '../../../../scripts/crash/labs.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-crash-labs-'));
afterAll(() => rmSync(directory, { recursive: true }));

test.each(NETWORKS)('%s: every variant is another lab', async (network) => {
  const load = async (variant: Variant) => {
    const file = path.join(directory, `${network}-${variant}.yaml`);
    writeFileSync(file, crashLab('crash', network, variant));
    return loadLab(file);
  };
  const labs = await Promise.all(VARIANTS.map(load));
  const shape = labs.map(({ nodes, network: { mtu }, workloads }) => [
    nodes.length,
    mtu,
    workloads.flatMap(({ pods }) => pods).length,
    workloads.flatMap(({ pods }) => pods.flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort))),
  ]);
  const [base] = shape;
  const mtu = base?.[1];
  expect(shape).toEqual([
    [2, mtu, 4, [8080]],
    [2, mtu, 5, [8081]],
    [2, 1400, 4, [8080]],
    [3, mtu, 4, [8080]],
  ]);
  expect(mtu).not.toBe(1400);
});
