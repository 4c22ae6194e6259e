// The underlay is nobody's node and nobody's pod: it is found by what the nodes' kernels say of their veths.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../../../infra/backends/host.ts';
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import { heldNetns } from '../../../infra/observe/held-netns.ts';
import { observeBeyond, suspectBeyond } from '../../../infra/observe/observe-beyond.ts';
import type { HostSnapshot } from '../../../infra/observe/snapshot.ts';
import { type EditedLab, editedLab } from '../../support/edited-lab.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

let machine: PrivateHost;
let lab: EditedLab;
let nodes: ReadonlyMap<string, Host>;
beforeAll(async () => {
  machine = await privateHost('beyond');
  lab = await editedLab(machine);
  nodes = new Map([...lab.hosts].filter(([name]) => /^n\d$/.test(name)));
});
afterAll(() => machine?.close());

const never = () => Promise.reject(new Error('this was to be known'));
const options = { forwarding: true, pickNetwork };
const observed = async (...left: readonly string[]) =>
  (await lab.observe([...lab.hosts.keys()].filter((name) => !left.includes(name)))).hosts;
const netnsOf = (found: Readonly<Record<string, HostSnapshot>>) =>
  Object.fromEntries(Object.entries(found).map(([name, { netns }]) => [name, netns]));

test('what the nodes are plugged into is entered and observed like a node', async () => {
  const whole = await observed();
  const found = await observeBeyond(nodes, await observed('underlay'), options);
  expect(netnsOf(found)).toEqual({ underlay: whole.underlay?.netns });
  expect(found.underlay?.forwarding?.addresses.map(({ dev, address }) => `${dev} ${address}`)).toContain(
    'under 192.168.50.1',
  );
  expect(await observeBeyond(nodes, whole, options)).toEqual({});
});

test('what will be found can be looked into before anything else is known', async () => {
  const whole = await observed();
  const suspects = await suspectBeyond(nodes, [], options);
  expect(suspects.get(whole.underlay?.netns ?? '')?.forwarding).toBeDefined();
  const nothing = new Map([...nodes].map(([name, node]) => [name, { ...node, run: never }]));
  const found = await observeBeyond(nothing, await observed('underlay'), options, [], suspects);
  expect(netnsOf(found)).toEqual({ underlay: whole.underlay?.netns });
});

test('what is known to be a node or a pod is not looked into', async () => {
  const held = await Promise.all([...nodes.values()].map((node) => heldNetns(node)));
  const pids = held.flat().map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThan(0);
  expect(await suspectBeyond(nodes, pids, options)).toEqual(new Map());
});

test('several are found, and a name that is taken is not given twice', async () => {
  const { underlay, c1, ...rest } = await observed();
  const found = await observeBeyond(nodes, { ...rest, underlay: rest.a1 as HostSnapshot }, options);
  const [one, other] = [underlay?.netns ?? '', c1?.netns ?? ''];
  expect(netnsOf(found)).toEqual({ [one]: one, [other]: other });
});

test('what no process holds open for the node to enter is left out', async () => {
  const blind = [...nodes].map(([name, node]): [string, Host] => [
    name,
    { ...node, run: (argv, how) => node.run(argv[0] === 'lsns' ? ['true'] : argv, how) },
  ]);
  expect(await observeBeyond(new Map(blind), await observed('underlay'), options)).toEqual({});
});
