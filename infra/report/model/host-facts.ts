// The kernel's tables of one host as lines that the tools print, with what each belongs to. Pure.
import {
  addressLine,
  fdbLine,
  interfaceLine,
  neighbourLine,
  qdiscLine,
  routeLine,
  ruleLine,
} from '../../observe/lines.ts';
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../../observe/snapshot.ts';
import { hasBothEnds } from '../../observe/veths.ts';
import type { FactLine, HostFacts, InterfaceFacts } from './report-model.ts';

export function hostFacts(lab: LabSnapshot): Readonly<Record<string, HostFacts>> {
  const pods = new Map(lab.pods.map((pod) => [pod.name, pod]));
  const roles = new Map(lab.nodes.map(({ name, role }) => [name, role]));
  const peers = new Map(
    lab.veths
      .filter(hasBothEnds)
      .flatMap(({ pod, podIf, node, nodeIf }) => [
        [`${pod}/${podIf}`, { host: node, dev: nodeIf }] as const,
        [`${node}/${nodeIf}`, { host: pod, dev: podIf }] as const,
      ]),
  );
  return Object.fromEntries(
    Object.entries(lab.hosts).map(([name, host]): [string, HostFacts] => {
      const pod = pods.get(name);
      const role = roles.get(name);
      return [
        name,
        {
          kind: pod ? 'pod' : role === 'router' || role === 'outside' ? role : 'node',
          ...(pod && { node: pod.node, attachment: attachmentLines(lab, name) }),
          interfaces: host.interfaces.map((row) => interfaceFacts(row, peers.get(`${name}/${row.name}`))),
          tables: tablesOf(host, pod !== undefined),
        },
      ];
    }),
  );
}

function interfaceFacts(row: InterfaceRow, peer: InterfaceFacts['peer']): InterfaceFacts {
  const { name: dev, kind, creator, master, details } = row;
  return {
    ...{ dev, line: interfaceLine(row), kind, creator },
    ...(master !== undefined && { master }),
    ...(peer && { peer }),
    details: Object.entries(details).map(([key, value]) => `${key} ${value}`),
  };
}

function tablesOf(host: HostSnapshot, isPod: boolean): HostFacts['tables'] {
  const on = <Row extends { readonly dev?: string }>(rows: readonly Row[], line: (row: Row) => string) =>
    rows.map((row): FactLine => ({ line: line(row), ...(row.dev !== undefined && { dev: row.dev }) }));
  const tables: Readonly<Record<string, readonly FactLine[]>> = {
    addresses: on(host.addresses, addressLine),
    routes: on(host.routes, routeLine),
    rules: host.rules.map((row) => ({ line: ruleLine(row) })),
    neighbours: on(host.neighbours, neighbourLine),
    fdb: host.fdb.map((row) => ({ line: fdbLine(row), dev: row.dev, note: row.meaning })),
    qdiscs: on(host.qdiscs, qdiscLine),
    netfilter: host.netfilter.map(({ family, table, chain, rule }) => ({
      line: rule,
      note: `${family} ${table} ${chain}`,
    })),
    // A pod's are what the kernel begins with: a page of them for every pod says nothing.
    sysctls: isPod ? [] : host.sysctls.map(({ name, value }) => ({ line: `${name} = ${value}` })),
    leases: host.leases.map(({ address, network, containerId, path }) => ({
      line: `${address} → ${containerId.slice(0, 12)}`,
      note: `${network}, ${path}`,
    })),
    cniConfig: host.cniConfig.map(({ file, picked, why, content }) => ({
      line: `${file}: ${picked ? 'taken' : 'not taken'}`,
      note: `${why}\n${JSON.stringify(content, null, 1) ?? ''}`.trim(),
    })),
  };
  return Object.fromEntries(Object.entries(tables).filter(([, rows]) => rows.length > 0));
}

/** What the runtime was told, beside what IPAM and the kernel have. */
function attachmentLines(lab: LabSnapshot, pod: string): readonly FactLine[] {
  const row = lab.pods.find(({ name }) => name === pod);
  const found = lab.attachments.filter((one) => one.pod === pod);
  const containers = lab.containers.filter((one) => one.pod === pod);
  return [
    ...found.flatMap(({ network, ifName, address, address6, containerId, cached, lease, inKernel }) => [
      {
        line: `${ifName}: ${[address, ...(address6 ? [address6] : [])].join(', ')}`,
        note: `CNI result of network ${network}`,
      },
      { line: `container ${containerId.slice(0, 12)}` },
      { line: lease ? 'host-local has its lease' : 'no lease of host-local' },
      { line: cached ? 'in the runtime’s result cache' : 'not in the runtime’s result cache' },
      ...(inKernel === undefined
        ? []
        : [
            { line: inKernel ? 'the kernel has that very address' : 'the kernel does NOT have that address' },
          ]),
    ]),
    ...(row ? [{ line: `network namespace ${row.netns}`, note: `pause process ${row.pid}` }] : []),
    ...containers.map(({ name, pid, netns }) => ({
      line: `container ${name}, process ${pid}`,
      note: netns === row?.netns ? 'in the same network namespace' : `network namespace ${netns}`,
    })),
  ];
}
