// Plan against what the kernel has: everything that is missing or different, in words.
import type { HostSnapshot } from '../../../observe/snapshot.ts';
import type { NodePlan } from './node-plan.ts';

/** @param files content of each planned file on the node, by path */
export function planDrift(
  plan: NodePlan,
  seen: HostSnapshot,
  files: Readonly<Record<string, string>>,
): readonly string[] {
  const drift: string[] = [];
  for (const file of [...plan.files, ...plan.lastFiles]) {
    if (files[file.path] === undefined) drift.push(`file ${file.path} is missing`);
    else if (files[file.path] !== file.content) drift.push(`file ${file.path} was changed`);
  }
  if (plan.vxlan) {
    const device = seen.interfaces.find(({ name }) => name === plan.vxlan?.dev);
    if (!device) drift.push(`interface ${plan.vxlan.dev} is missing`);
    else {
      if (!device.up) drift.push(`interface ${device.name} is down`);
      if (device.mac !== plan.vxlan.mac)
        drift.push(`interface ${device.name} has MAC ${device.mac} instead of ${plan.vxlan.mac}`);
      if (device.mtu !== plan.vxlan.mtu)
        drift.push(`interface ${device.name} has mtu ${device.mtu} instead of ${plan.vxlan.mtu}`);
      const [address] = plan.vxlan.address.split('/');
      if (!seen.addresses.some((row) => row.dev === device.name && row.address === address)) {
        drift.push(`address ${plan.vxlan.address} of ${device.name} is missing`);
      }
    }
  }
  for (const { dst, mac, dev } of plan.neighbours) {
    if (!seen.neighbours.some((row) => row.dst === dst && row.mac === mac && row.dev === dev)) {
      drift.push(`neighbour ${dst} lladdr ${mac} dev ${dev} is missing`);
    }
  }
  for (const { mac, dev, dst } of plan.fdb) {
    if (!seen.fdb.some((row) => row.mac === mac && row.dev === dev && row.dst === dst)) {
      drift.push(`FDB entry ${mac} dev ${dev} dst ${dst} is missing`);
    }
  }
  for (const { dst, via, dev } of plan.routes) {
    if (!seen.routes.some((row) => row.dst === dst && row.via === via && row.dev === dev)) {
      drift.push(`route ${dst} via ${via} dev ${dev} is missing`);
    }
  }
  for (const { family = 'ip', table, chain, rules, from } of plan.chains) {
    const has = (name: string) =>
      seen.netfilter
        .filter((row) => row.family === family && row.table === table && row.chain === name)
        .map((row) => row.rule);
    const wanted = rules.map((rule) => `-A ${chain} ${rule}`);
    const found = has(chain).filter((rule) => rule.startsWith('-A '));
    for (const rule of wanted.filter((one) => !found.includes(one)))
      drift.push(`${table} rule ${rule} is missing`);
    for (const rule of found.filter((one) => !wanted.includes(one)))
      drift.push(`${table} rule ${rule} was added`);
    if (!has(from).some((rule) => rule.endsWith(` -j ${chain}`)))
      drift.push(`the jump from ${from} to ${chain} is missing`);
  }
  return drift;
}
