// Frames that are for one and come to another: the forwarding entry of a bridge or the neighbour entry that did it.
import type { FdbRow, NeighbourRow } from '../observe/snapshot.ts';
import type { Decision, Rule } from '../predict/hop.ts';
import type { Cause } from './finding.ts';
import type { View } from './view.ts';

/** @param decided everything on the packet's way, in order */
export function wrongFrame(view: View, decided: readonly Decision[]): Cause | undefined {
  const rules = decided.flatMap(({ rule }) => rule ?? []);
  const causes = rules.map((rule) => {
    if (rule.table === 'neighbours') return wrongMac(view, rule);
    return rule.table === 'fdb' ? wrongPort(view, rule) : undefined;
  });
  return causes.find((cause) => cause !== undefined);
}

/** An entry of a bridge that sends frames for a pod of that node out of another port than the pod's. */
export function wrongPort(view: View, { host, row }: Rule): Cause | undefined {
  const { mac, dev, master } = row as FdbRow;
  const owner = view.lab.pods.find(
    ({ name, node }) => node === host && view.state(name)?.interfaces.some((link) => link.mac === mac),
  );
  const port = owner && view.hostEnd(owner.name)?.name;
  if (master === undefined || owner === undefined || port === undefined || port === dev) return undefined;
  return {
    host,
    table: 'fdb',
    subject: `forwarding entry ${mac}`,
    words: `the forwarding entry for ${mac} names port ${dev}, and pod ${owner.name}, whose MAC it is, is at ${port}`,
  };
}

/** Of a VXLAN device other rows tell more: see astray.ts. */
function wrongMac(view: View, { host, row }: Rule): Cause | undefined {
  const { dst, mac, dev } = row as NeighbourRow;
  if (view.interface(host, dev)?.kind === 'vxlan') return undefined;
  const owners = Object.keys(view.lab.hosts).filter((one) => one !== host && view.has(one, dst));
  const macs = owners.flatMap((one) => view.state(one)?.interfaces.map((link) => link.mac) ?? []);
  if (mac === undefined || owners.length === 0 || macs.includes(mac)) return undefined;
  const words = `neighbour ${dst} dev ${dev} has MAC ${mac}, which ${owners.join(' and ')} does not have`;
  return { host, table: 'neighbours', subject: `neighbour ${dst}`, words };
}
