// From a prediction that does not end well to the row of kernel state that is to blame.
import type { InterfaceRow } from '../observe/snapshot.ts';
import type { Hop } from '../predict/hop.ts';
import { ends } from '../predict/hop.ts';
import { inPrefix } from '../predict/ipv4.ts';
import type { Prediction } from '../predict/predict.ts';
import { endWords } from '../predict/steps.ts';
import { noRoute, whoSentItAstray } from './astray.ts';
import { wrongFrame } from './bridge-entry.ts';
import type { Cause } from './finding.ts';
import { keptBack, lookedForInVain } from './unanswered.ts';
import { trailTo, type View } from './view.ts';

/** Reasons that name their own cause: whoever dropped it did so by a rule of its own. */
const BY_RULE = new Set([
  'not-forwarding',
  'rp-filter',
  'filter',
  'mtu',
  'martian',
  'ttl',
  'blackhole',
  'prohibit',
]);

/** @param prediction one whose packet does not reach its target, or not as it was sent */
export function culpritOf(view: View, { flow, branches, end }: Prediction): Cause {
  const trail = trailTo(branches, end);
  const own = endWords(end);
  if (end.kind === 'dropped' && BY_RULE.has(end.reason)) {
    const subject = subjectOf(end.rule?.line) ?? end.interface ?? '';
    return { host: end.host, table: end.rule?.table ?? 'interfaces', subject, words: end.words };
  }
  const kept = end.kind === 'dropped' && keptBack(view, end);
  if (kept) return kept;
  const home = view.nodeOf(flow.to)?.name;
  const arrived = trail.findLast(({ host }) => view.isNode(host))?.host === home;
  const astray = () => whoSentItAstray(view, trail, end.decisions, flow.to);
  // A bridge that is down takes its route away: on the target's own node the link comes before the route.
  const atHome = arrived ? (sickLink(view, flow.to) ?? astray()) : (astray() ?? sickLink(view, flow.to));
  const sick = sickPort(view, flow.from, trail) ?? atHome;
  if (sick) return sick;
  const decided = [...trail.flatMap(({ decisions }) => decisions), ...end.decisions];
  const misled = end.kind === 'dropped' ? lookedForInVain(view, end, decided, flow.to) : undefined;
  const misdirected = misled ?? wrongFrame(view, decided);
  if (misdirected) return misdirected;
  if (end.kind === 'dropped' && end.reason === 'no-route') return noRoute(view, end.host, flow.to);
  const last = ends(branches).at(-1) ?? end;
  const subject = ('interface' in last && last.interface) || last.host;
  const table = ('rule' in last && last.rule?.table) || 'interfaces';
  return { host: last.host, table, subject, words: own };
}

/** The sender's own veth, or the bridge it is a port of. */
function sickPort(view: View, from: string, trail: readonly Hop[]): Cause | undefined {
  const node = view.lab.pods.find(({ name }) => name === from)?.node;
  // It got off its node: whatever is wrong is further on.
  if (node === undefined || trail.some(({ host }) => host !== from && host !== node)) return undefined;
  const port = view.hostEnd(from);
  const bridge = view.interface(node, port?.master);
  if (port && !port.up) return down(node, port);
  return bridge && !bridge.up ? down(node, bridge) : withoutMaster(view, from);
}

/** The target's veth on its node: down, or no port of the bridge that the others are ports of. */
function sickLink(view: View, address: string): Cause | undefined {
  const pod = view.pod(address);
  const port = pod && view.hostEnd(pod.name);
  if (!pod || !port) return undefined;
  if (!port.up) return down(pod.node, port);
  const bridge = view.interface(pod.node, port.master);
  return bridge && !bridge.up ? down(pod.node, bridge) : withoutMaster(view, pod.name);
}

function withoutMaster(view: View, name: string): Cause | undefined {
  const pod = view.lab.pods.find((one) => one.name === name);
  const port = view.hostEnd(name);
  if (!pod || !port || port.master !== undefined) return undefined;
  const others = view.lab.pods.filter((one) => one.node === pod.node && one.name !== name);
  const master = others.map((one) => view.hostEnd(one.name)?.master).find((bridge) => bridge !== undefined);
  const bridge = master ?? bridgeOf(view, pod.node, pod.address);
  if (bridge === undefined) return undefined;
  const why =
    master === undefined ? `which has the network of ${pod.address}` : 'as those of the other pods are';
  const words = `${port.name}, the veth of pod ${name}, is no port of ${bridge}, ${why}`;
  return { host: pod.node, table: 'interfaces', subject: port.name, words };
}

/** The bridge of that node in whose own network the address is: where the node looks for it. */
function bridgeOf(view: View, node: string, address: string): string | undefined {
  const own = view.state(node)?.addresses.filter(({ family, prefix }) => family === 'inet' && prefix < 32);
  return own?.find(
    (row) =>
      view.interface(node, row.dev)?.kind === 'bridge' && inPrefix(address, `${row.address}/${row.prefix}`),
  )?.dev;
}

function down(host: string, { name, kind }: InterfaceRow): Cause {
  return { host, table: 'interfaces', subject: name, words: `${kind} ${name} is down` };
}

/** `net.ipv4.ip_forward = 0` → the sysctl; `filter: -A FORWARD …` → the chain; `eth0: mtu 1300` → the interface. */
function subjectOf(line: string | undefined): string | undefined {
  return /^(?:\w+: )?-A (\S+)/.exec(line ?? '')?.[1] ?? /^([^\s:=]+)/.exec(line ?? '')?.[1];
}
