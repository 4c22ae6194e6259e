// A packet that went where its target is not: which row of the last node that had it in hand sent it there.
import type { FdbRow, NeighbourRow, RouteRow } from '../observe/snapshot.ts';
import type { Decision, Hop, Rule } from '../predict/hop.ts';
import { rangeOf } from '../predict/ipv4.ts';
import type { Cause } from './finding.ts';
import type { View } from './view.ts';

type Node = View['lab']['nodes'][number];

/** The node has no route at all to the target. */
export function noRoute(view: View, host: string, target: string): Cause {
  const home = view.nodeOf(target);
  const range = home && home.name !== host && view.pod(target) ? home.podCIDR : '';
  return { host, table: 'routes', subject: `route ${range || target}`, words: `no route to ${target}` };
}

/**
 * @param trail hops up to where it ended
 * @param last decisions after the last hop
 * @returns undefined when every row that decided points to the target's node
 */
export function whoSentItAstray(
  view: View,
  trail: readonly Hop[],
  last: readonly Decision[],
  target: string,
): Cause | undefined {
  const home = view.nodeOf(target);
  const at = trail.findLast(({ host }) => view.isNode(host))?.host;
  if (!home || at === undefined) return undefined;
  const decided = [...trail.filter(({ host }) => host === at).flatMap(({ decisions }) => decisions), ...last];
  // A lookup of the way back is not what sent it on.
  const rules = decided.flatMap(({ kind, rule }) =>
    rule?.host === at && kind !== 'rp-filter' ? [rule] : [],
  );
  return (
    wrongRoute(view, at, home, target, rules) ??
    (at === home.name ? undefined : wrongTunnel(view, at, home, rules))
  );
}

function wrongRoute(
  view: View,
  at: string,
  home: Node,
  target: string,
  rules: readonly Rule[],
): Cause | undefined {
  const taken = rowsOf<RouteRow>(rules, 'routes').find(({ type }) => type === 'unicast');
  if (!taken) return undefined;
  const line = `route ${taken.dst}${taken.via ? ` via ${taken.via}` : ''} dev ${taken.dev}`;
  // Where no range is known, any route but the default one was made for it.
  const tooWide =
    view.pod(target) !== undefined &&
    rangeOf(taken.dst).prefix < (home.podCIDR === '' ? 1 : rangeOf(home.podCIDR).prefix);
  if (at === home.name) {
    if (!tooWide) return undefined;
    const words = `no route to ${target}, a pod of its own: ${line} is taken`;
    return { host: at, table: 'routes', subject: `route ${target}`, words };
  }
  if (tooWide) {
    const words = `no route to the pods of ${home.name}: ${line} is taken`;
    return { host: at, table: 'routes', subject: `route ${home.podCIDR || target}`, words };
  }
  if (taken.via === undefined || view.has(home.name, taken.via)) return undefined;
  const words = `${line}: ${taken.via} is not an address of ${home.name}`;
  return { host: at, table: 'routes', subject: `route ${taken.dst}`, words };
}

/** Neighbour and FDB entry of a VXLAN device, against each other and against the device of the node they are for. */
function wrongTunnel(view: View, at: string, home: Node, rules: readonly Rule[]): Cause | undefined {
  const route = rowsOf<RouteRow>(rules, 'routes').find(({ via }) => via !== undefined);
  const device = view.interface(at, route?.dev);
  if (!route || device?.kind !== 'vxlan') return undefined;
  const remote = view
    .state(home.name)
    ?.interfaces.find(({ kind, details }) => kind === 'vxlan' && details.id === device.details.id);
  const entries = view.state(at)?.fdb.filter(({ dev }) => dev === device.name) ?? [];
  const known = rowsOf<NeighbourRow>(rules, 'neighbours').find(({ dev }) => dev === device.name);
  if (known?.mac !== undefined && known.mac !== remote?.mac) {
    // Two against one: who told the forwarding entry the MAC told the neighbour entry, too.
    const programmed = entries.some(({ mac }) => mac === known.mac);
    return programmed
      ? {
          host: home.name,
          table: 'interfaces',
          subject: remote?.name ?? device.name,
          words: `${remote?.name} has MAC ${remote?.mac}, and ${at} was told ${known.mac}`,
        }
      : {
          host: at,
          table: 'neighbours',
          subject: `neighbour ${known.dst}`,
          words: `neighbour ${known.dst} dev ${known.dev} has MAC ${known.mac}, which is no VTEP’s; that of ${home.name} has ${remote?.mac}`,
        };
  }
  const mac = known?.mac ?? remote?.mac;
  const entry = entries.find((row: FdbRow) => row.mac === mac);
  const subject = `forwarding entry ${mac}`;
  if (!entry) {
    return {
      host: at,
      table: 'fdb',
      subject,
      words: `${device.name} has no forwarding entry for ${mac}, the VTEP of ${home.name}`,
    };
  }
  if (entry.dst === undefined || view.has(home.name, entry.dst)) return undefined;
  return {
    host: at,
    table: 'fdb',
    subject,
    words: `the forwarding entry for ${mac} names ${entry.dst}, which is not an address of ${home.name}`,
  };
}

function rowsOf<Row>(rules: readonly Rule[], table: Rule['table']): readonly Row[] {
  return rules.flatMap((rule) => (rule.table === table && rule.row ? [rule.row as Row] : []));
}
