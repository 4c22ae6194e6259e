// The floor is only honest if the bare loop makes the very calls that the runtime makes: it is run here by a real bash
// with a stand-in for the plugins that writes down what it was given.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseNetworkList } from '../../../../infra/cni/network-list.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';
import { exec } from '../../../../infra/util/exec.ts';
import { FLOOR_DIR, floorPlan } from '../../../../scripts/bench/floor-script.ts';

/** Prints a result with a quote and a dollar in it, which a careless paste would spoil. */
const STAND_IN = `#!/bin/sh
input=$(cat)
printf '%s\\n' "\${0##*/} $CNI_COMMAND $CNI_IFNAME $CNI_NETNS $CNI_ARGS $input" >> "\${0%/*}/calls"
printf '{"cniVersion":"0.3.1","said":"it'"'"'s $HOME by %s"}' "\${0##*/}"
[ "\${0##*/}" != broken ]
`;
const LOOPBACK = parseNetworkList('{"cniVersion":"0.3.1","name":"lo","plugins":[{"type":"loopback"}]}');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cnilab-floor-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function run(types: readonly string[], pods: number, workers: number) {
  for (const type of ['loopback', ...types]) {
    await writeFile(path.join(directory, type), STAND_IN);
    await chmod(path.join(directory, type), 0o755);
  }
  const plugins = types.map((type) => ({ type, note: "it's" }));
  const list = parseNetworkList(JSON.stringify({ cniVersion: '0.3.1', name: 'net', plugins }));
  const spec = (i: number): LabPod => ({
    name: `web-${i}`,
    node: 'n1',
    address: `10.0.0.${i}`,
    annotations: {},
    ports: [],
    containers: [],
  });
  const plan = floorPlan(
    Array.from({ length: pods }, (_, i) => ({
      record: { spec: spec(i), containerId: `c${i}`, pin: `10.0.0.${i}` },
      netns: `/proc/${i}/ns/net`,
    })),
    [
      { list: LOOPBACK, ifName: 'lo' },
      { list, ifName: 'eth0' },
    ],
    { paths: (type) => path.join(directory, type), binDirs: ['/opt/cni/bin'], workers },
  );
  const floor = path.join(directory, 'floor');
  await mkdir(path.join(floor, 'in'), { recursive: true });
  for (const [name, text] of Object.entries(plan.files)) await writeFile(path.join(floor, 'in', name), text);
  const stdin = `${plan.script.replaceAll(FLOOR_DIR, floor)}go\n`;
  const result = await exec(['bash', '--norc', '--noprofile'], { stdin });
  const calls = (await readFile(path.join(directory, 'calls'), 'utf8')).trimEnd().split('\n');
  return { plan, result, calls };
}

it('makes every call, pod by pod in the order of the lists, with the runtime’s environment and standard input', async () => {
  const { plan, result, calls } = await run(['ptp', 'portmap'], 1, 1);
  expect(result.stdout).toMatch(/^ready\n\d+\.\d+ \d+\.\d+ 0\n$/);
  expect(plan.calls).toBe(3);
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_INFRA_CONTAINER_ID=c0';
  expect(calls).toEqual([
    `loopback ADD lo /proc/0/ns/net ${args} {"cniVersion":"0.3.1","name":"lo","type":"loopback"}`,
    `ptp ADD eth0 /proc/0/ns/net ${args};IP=10.0.0.0 {"cniVersion":"0.3.1","name":"net","type":"ptp","note":"it's"}`,
    `portmap ADD eth0 /proc/0/ns/net ${args};IP=10.0.0.0 {"cniVersion":"0.3.1","name":"net","type":"portmap","note":"it's","prevResult":{"cniVersion":"0.3.1","said":"it's $HOME by ptp"}}`,
  ]);
});

it('leaves no pod out, however they are divided among the workers', async () => {
  const { result, calls } = await run(['ptp'], 7, 3);
  expect(result.stdout).toMatch(/ 0\n$/);
  const attached = calls.filter((line) => line.startsWith('ptp ')).map((line) => line.split(' ')[3]);
  expect(attached.sort()).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `/proc/${i}/ns/net`));
});

it('says so when a plugin fails, instead of being fast', async () => {
  const { result } = await run(['broken', 'portmap'], 2, 2);
  expect(result.stdout).toMatch(/ 1\n$/);
});
