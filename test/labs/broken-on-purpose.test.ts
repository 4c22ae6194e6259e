// Experiments on a lab that they break themselves: they see it broken, and whatever becomes of them it is whole afterwards.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliLab, CliLabs } from '../support/cli-labs.ts';

/** Something to wait for, which no other process is. */
const SLEEP = ['sleep', `70${process.pid}`];
const TEXT = {
  yaml: `
cluster: { nodes: [{ name: n1 }, { name: n2 }] }
network: { type: flannel, podCIDR: 10.42.0.0/16 }
workloads:
  - { name: a, kind: pod, nodes: [n1] }
  - { name: b, kind: pod, nodes: [n2] }
experiments:
  - { name: well, kind: diagnose }
  - name: symptom
    kind: ping
    fault: route-missing
    from: a
    to: b
    timeout: 0.5
    checks: [{ name: silence, expect: { transmitted: 3, received: 0 } }]
  - name: diagnosis
    kind: diagnose
    fault: [vtep-forwarding-missing, leases-leaked]
    checks:
      - name: both
        select: causes
        expect: [{ host: n1, table: fdb }, { host: n1, table: leases, flows: [] }]
  - name: seen
    kind: inspect
    fault: forwarding-off
    checks:
      - { name: "off", at: n1, table: sysctls, where: { name: net.ipv4.ip_forward }, expect: [{ value: "0" }] }
  - name: look
    kind: inspect
    checks:
      - { name: "on", at: n1, table: sysctls, where: { name: net.ipv4.ip_forward }, expect: [{ value: "1" }] }
  - { name: whole, kind: ping, from: a, to: b, count: 1 }
`,
};
/** Each for one test: asked for by \`verify\` alone, and recorded only, as one of them is not meant to pass. */
const MORE = `
  - name: stopped
    kind: exec
    fault: route-missing
    onFailure: record
    steps: [{ in: a, command: ${JSON.stringify(SLEEP)}, timeout: 600 }]
`;
const OTHERS = `
  - name: fails
    kind: ping
    fault: route-missing
    onFailure: record
    from: a
    to: b
    count: 1
    timeout: 0.3
  - { name: not-here, kind: diagnose, fault: pod-route-missing, onFailure: record }
  - name: beyond-repair
    kind: exec
    fault: veth-down
    onFailure: record
    steps: [{ in: n2, command: [sh, -c, 'ip link del "$(ls /sys/class/net | grep veth)"'] }]
`;

let labs: CliLabs;
let lab: CliLab;

beforeAll(async () => {
  labs = await CliLabs.open();
  lab = await labs.lab('broken', { yaml: TEXT.yaml });
});
afterAll(async () => {
  await labs?.close();
});

const on = (verb: string, ...args: readonly string[]) => lab.run([verb, ...args, '--stack', lab.stack]);
const injected = async () =>
  (JSON.parse((await on('fault', 'list', '--json')).stdout) as { name: string; injected: boolean }[])
    .filter((row) => row.injected)
    .map(({ name }) => name);
const isWhole = async () => {
  const { exitCode, stdout } = await on('diagnose');
  expect({ exitCode, stdout, injected: await injected() }).toEqual({ exitCode: 0, stdout, injected: [] });
};
interface Published {
  readonly name: string;
  readonly faults?: readonly (
    | string
    | { readonly name: string; readonly host: string; readonly row: string }
  )[];
}
const published = async (...options: readonly string[]) => {
  const { stdout } = await lab.run(['results', lab.stack, '--json', ...options]);
  return (JSON.parse(stdout) as { readonly experiments: readonly Published[] }).experiments;
};
/** Whether the step that only waits has begun: the fault is in then. */
const waiting = () =>
  readdirSync('/proc').filter((entry) => {
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8') === `${SLEEP.join('\0')}\0`;
    } catch {
      return false;
    }
  });
const untilWaiting = () => expect.poll(() => waiting().length, { timeout: 60_000, interval: 50 }).toBe(1);

it('sees each fault in its own experiment, and none in the others', async () => {
  const { exitCode, stdout, stderr } = await lab.up();
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stderr: '' });
  await isWhole();
});

it('keeps with each result what was broken', async () => {
  const faults = (await published()).map(({ name, faults: seen = [] }) => [
    name,
    ...seen.map((fault) => (typeof fault === 'string' ? fault : `${fault.host}: ${fault.row}`)),
  ]);
  expect(faults).toEqual([
    ['well'],
    ['symptom', 'n1: route 10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink'],
    [
      'diagnosis',
      expect.stringMatching(/^n1: forwarding entry \S+ dev flannel\.1 dst 192\.168\.49\.3 permanent self$/),
      'n1: 252 leases in /var/lib/cni/networks/cbr0 of no container',
    ],
    ['seen', 'n1: net.ipv4.ip_forward = 0'],
    ['look'],
    ['whole'],
  ]);
  const { stdout } = await lab.run(['results', lab.stack]);
  expect(stdout).toMatch(/pass symptom \(ping, .* s, with route-missing on n1\)/);
});

it('observes the same every time', async () => {
  const first = await published('--canonical');
  expect((await on('verify')).exitCode).toBe(0);
  expect(await published('--canonical')).toEqual(first);
});

it('is repaired when Ctrl-C stops `up`, and when it stops `verify`', async () => {
  await lab.write({ yaml: TEXT.yaml + MORE });
  const up = lab.startUp();
  await untilWaiting();
  expect(await injected()).toEqual(['route-missing']);
  process.kill(up.pid, 'SIGINT');
  expect((await up.ended).exitCode).toBe(130);
  await isWhole();

  const verify = lab.start(verifying('stopped'));
  await untilWaiting();
  process.kill(verify.pid, 'SIGINT');
  expect((await verify.ended).exitCode).toBe(130);
  expect(waiting()).toEqual([]);
  await isWhole();
});

it('is repaired by the next experiment when the command was killed', async () => {
  const verify = lab.start(verifying('stopped'));
  await untilWaiting();
  // Of another one that is still at it nothing is taken away.
  expect((await on('verify', 'well')).exitCode).toBe(1);
  expect(await injected()).toEqual(['route-missing']);
  process.kill(verify.pid, 'SIGKILL');
  await verify.ended;
  expect((await on('verify', 'well', 'symptom')).exitCode).toBe(0);
  await isWhole();
  for (const pid of waiting()) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
});

it('leaves a fault alone that a person has brought in', async () => {
  await on('fault', 'inject', 'leases-leaked');
  const { exitCode, stdout } = await on('verify', 'diagnosis');
  expect(exitCode).toBe(4);
  expect(stdout).toContain(
    'fault "leases-leaked" is in the lab already: npm run -s lab -- fault repair undoes it',
  );
  expect(await injected()).toEqual(['leases-leaked']);
  expect((await on('fault', 'repair')).exitCode).toBe(0);
  expect((await on('verify', 'diagnosis')).exitCode).toBe(0);
});

it('is repaired when a check of it fails', async () => {
  await lab.write({ yaml: TEXT.yaml + OTHERS });
  const { exitCode, stdout } = await lab.up();
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('FAIL fails') });
  expect(stdout).toMatch(/inconclusive not-here\n.*nothing that could break by fault "pod-route-missing"/);
  expect(stdout).toMatch(/inconclusive beyond-repair\n.*fault "veth-down" could not be undone/);
});

it('says what it could not repair, and `fault repair` still knows it', async () => {
  expect(await injected()).toEqual(['veth-down']);
  expect(existsSync(lab.state('faults.json'))).toBe(true);
  const repair = await on('fault', 'repair');
  expect(repair).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('not all of it could be undone'),
  });
  expect(await injected()).toEqual([]);
});

function verifying(experiment: string): readonly string[] {
  return [process.execPath, 'scripts/cnilab.ts', 'verify', experiment, '--stack', lab.stack];
}
