// Puts a lab's network on a cluster of ours whose nodes have none.
import { covers, parseCidr } from '../../../lab/cidr.ts';
import type { LabNetwork } from '../../../lab/lab.ts';
import type { Host } from '../../host.ts';
import { applyScript, replacedScript } from '../../netns/network/apply-script.ts';
import type { NodePlan } from '../../netns/network/node-plan.ts';
import { clusterPlans, publishedMac } from './cluster-plan.ts';
import { ownFiles, strangeFiles } from './config-directory.ts';
import { COPIED, copyMissingPlugins } from './copy-plugins.ts';
import { daemonObjects, daemonSetOf } from './daemon-objects.ts';
import { deleteNetwork } from './delete-network.ts';
import { refuseInTheWay } from './in-the-way.ts';
import { neededPlugins } from './needed-plugins.ts';
import type { NetworkTask } from './network-task.ts';
import { type NodeFacts, readNodeFacts } from './node-facts.ts';
import { recordCalls } from './record-calls.ts';
import { runOrThrow } from './run-or-throw.ts';
import { type StandingNode, standingNodes } from './standing-nodes.ts';
import { untilReady } from './until-ready.ts';
import { onUplink } from './uplink.ts';

interface Site {
  readonly name: string;
  readonly host: Host;
  readonly plan: NodePlan;
  readonly facts: NodeFacts;
  readonly address: string;
}

/**
 * Idempotent; mends what drifted. Resolves when all nodes are Ready.
 * @param old the network that was applied before; one that cannot become the new one by being applied over is removed first
 * @throws Error with one message: what, on which node, and what to do
 */
export async function applyNetwork(task: NetworkTask, old?: LabNetwork): Promise<void> {
  const { kube, network, op } = task;
  if (old && !isSameWiring(old, network)) await deleteNetwork({ ...task, network: old });
  const standing = await standingNodes(task);
  const plans = clusterPlans(task, standing);
  const objects = await daemonObjects(task);
  const daemonSet = daemonSetOf(objects);
  const sites = await Promise.all(
    standing.map(async ({ node }, i): Promise<Site> => {
      const host = task.host(node.name);
      const facts = await readNodeFacts(task.nodeItself(node.name), op);
      return { name: node.name, host, facts, plan: plans[i] as NodePlan, address: node.address };
    }),
  );
  await onEach(sites, (site) => prepare(task, site));
  if (objects.length > 0) {
    op.progress?.(`starts ${network.type}'s daemon on ${sites.length} nodes`);
    await kube.apply(objects, op);
  }
  // Flannel's plugin comes with its daemon. Kindnet's configuration does, and with that a node is ready.
  if (network.type === 'flannel') {
    await untilReady(task, { nodes: false, daemonSet });
    await onEach(sites, (site) => record(task, site));
  } else if (network.type === 'kindnet') await untilReady(task, { nodes: true, daemonSet });
  await onEach(sites, async (site) => {
    if (network.type === 'conflist') await wirePeers(task, site);
    await site.host.write(ownFiles(site.plan));
  });
  if (old) await removeReplaced(task, sites, clusterPlans({ ...task, network: old }, standing));
  await untilReady(task, { nodes: true, daemonSet });
  if (daemonSet) await mend(task, sites);
}

/** Files and bridges of the configuration before: now that the new one is there, since a node without any is not ready. */
async function removeReplaced(
  { op }: NetworkTask,
  sites: readonly Site[],
  before: readonly NodePlan[],
): Promise<void> {
  await onEach(sites, async (site) => {
    const script = replacedScript(site.plan, before[sites.indexOf(site)] as NodePlan);
    if (script === '') return;
    const what = 'cannot remove what is not of the network any more';
    await runOrThrow(site.host, ['sh', '-c', script], what, { signal: op.signal });
  });
}

/**
 * Before the network is on record: what is on record is removed when the lab is taken down.
 * @throws Error where it cannot be applied, or would go over what the cluster has of its own
 */
export async function refuseNetwork(task: NetworkTask, old?: LabNetwork): Promise<void> {
  const standing = await standingNodes(task);
  refuseOtherRange(task, standing);
  if (task.exclusive || old) return;
  await refuseInTheWay(task, clusterPlans(task, standing), daemonSetOf(await daemonObjects(task)));
}

/** flanneld ends where its node's range is not of its network's, and kindnetd would masquerade what pods send each other. */
function refuseOtherRange(
  { network: { type, podCIDR } }: NetworkTask,
  standing: readonly StandingNode[],
): void {
  if (type === 'conflist') return;
  const wrong = standing.find(({ node }) => !covers(parseCidr(podCIDR, 4), parseCidr(node.podCIDR, 4)));
  if (!wrong) return;
  throw new Error(
    `the cluster has given node ${wrong.object.metadata.name} the range ${wrong.node.podCIDR}, which is not of the lab's network.podCIDR, ${podCIDR}\nlet the lab's file say the range that the cluster gives its pods: ${type}'s daemon is told it`,
  );
}

/** flanneld sets a peer's entries when it hears of the peer, and never looks at them again; kindnetd does after a while. */
async function mend(task: NetworkTask, sites: readonly Site[]): Promise<void> {
  const standing = await standingNodes(task);
  if (task.network.type === 'flannel' && !standing.every(({ object }) => publishedMac(object))) return;
  const plans = clusterPlans(task, standing);
  await onEach(sites, (site) => wirePeers(task, { ...site, plan: plans[sites.indexOf(site)] as NodePlan }));
}

/** Objects and files are replaced in any case; devices and routes of another range or number would stay. */
function isSameWiring(a: LabNetwork, b: LabNetwork): boolean {
  const wiring = ({ type, podCIDR, podCIDR6, vni, port, mtu, routes }: LabNetwork) =>
    JSON.stringify([type, podCIDR, podCIDR6, vni, port, mtu, routes]);
  return wiring(a) === wiring(b);
}

/** Plugins, the recorder before them, and no configuration but the lab's. */
async function prepare(task: NetworkTask, site: Site): Promise<void> {
  const { network, op } = task;
  const { host, plan, facts } = site;
  const { direct, delegated } = neededPlugins(plan.files);
  const brought = network.type === 'flannel' ? ['flannel'] : [];
  const needed = [...direct, ...delegated].filter((type) => !brought.includes(type));
  const strange = task.exclusive ? await strangeFiles(host, plan, op) : [];
  if (strange.length > 0)
    await runOrThrow(host, ['rm', '-f', ...strange], 'cannot remove files', { signal: op.signal });
  await copyMissingPlugins(host, facts, needed, op);
  await noteBrought(site, brought);
  await record(task, site);
}

/** What a daemon brings goes with the rest of what was copied. */
async function noteBrought({ host, facts }: Site, types: readonly string[]): Promise<void> {
  const isNew = types.filter((type) => !facts.plugins.includes(type));
  if (isNew.length === 0) return;
  const before = (await host.read(COPIED))?.toString() ?? '';
  await host.write([{ path: COPIED, content: `${before}${isNew.map((type) => `${type}\n`).join('')}` }]);
}

async function record(
  { op, exclusive, nodeItself }: NetworkTask,
  { name, plan, facts }: Site,
): Promise<void> {
  // Plugins that others use are not moved.
  if (!exclusive) return;
  const { direct } = neededPlugins(plan.files);
  await recordCalls({ host: nodeItself(name) }, direct, facts, op);
}

/** Routes, neighbours and FDB entries to the other nodes: batches of "replace". The VXLAN device is its daemon's. */
async function wirePeers({ op }: NetworkTask, { host, plan, address }: Site): Promise<void> {
  if (plan.routes.length === 0) return;
  const { signal } = op;
  const find = ['ip', '-o', 'address', 'show', 'to', address];
  const { stdout } = await runOrThrow(host, find, 'cannot look for the uplink', { signal });
  const uplink = stdout.split(/\s+/)[1] ?? 'eth0';
  const { neighbours, fdb, routes } = onUplink(plan, uplink);
  const peers: NodePlan = { files: [], neighbours, fdb, routes, chains: [], lastFiles: [] };
  const what = 'cannot set the ways to the other nodes';
  await runOrThrow(host, ['sh', '-c', applyScript(peers, undefined)], what, { signal });
}

async function onEach(sites: readonly Site[], work: (site: Site) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(sites.map(work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
