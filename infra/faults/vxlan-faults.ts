// Faults of what Flannel programs: which MAC a VTEP has, and which node that MAC is on.
import { fdbLine, neighbourLine } from '../observe/lines.ts';
import type { Fault } from './fault.ts';
import { on, permanentNeighbour } from './steps.ts';

/** Locally administered, and nobody's. */
const NOBODYS_MAC = '02:00:00:00:00:01';
const symptom = 'Pods of the two nodes do not reach each other; on each node everything works.';

export const vxlanFaults: readonly Fault[] = [
  {
    name: 'vtep-neighbour-wrong',
    title: 'The neighbour entry for another node’s VTEP has the wrong MAC',
    symptom,
    breakage({ here, tunnel }) {
      if (!tunnel) return undefined;
      const wrong = { ...tunnel.neighbour, mac: NOBODYS_MAC };
      return {
        inject: [permanentNeighbour(here.name, wrong)],
        repair: [permanentNeighbour(here.name, tunnel.neighbour)],
        culprit: { host: here.name, row: `neighbour ${neighbourLine(wrong)}` },
      };
    },
  },
  {
    name: 'vtep-forwarding-missing',
    title: 'The forwarding entry for another node’s VTEP is missing',
    symptom,
    breakage({ here, tunnel }) {
      if (tunnel?.fdb.dst === undefined) return undefined;
      const { mac, dev, dst } = tunnel.fdb;
      return {
        inject: [on(here.name, 'bridge', 'fdb', 'del', mac, 'dev', dev, 'dst', dst)],
        repair: [on(here.name, 'bridge', 'fdb', 'replace', mac, 'dev', dev, 'dst', dst, 'self', 'permanent')],
        culprit: { host: here.name, row: `forwarding entry ${fdbLine(tunnel.fdb)}` },
      };
    },
  },
  {
    name: 'vtep-forwarding-wrong-node',
    title: 'The forwarding entry for another node’s VTEP names the wrong node',
    symptom,
    breakage({ lab, here, there, hereState, tunnel }) {
      if (tunnel?.fdb.dst === undefined) return undefined;
      const other = lab.nodes.find(({ name }) => name !== here.name && name !== there.name);
      const router = hereState.routes.find(({ dst }) => dst === 'default')?.via;
      const wrong = other?.address ?? router;
      if (wrong === undefined) return undefined;
      const { mac, dev, dst } = tunnel.fdb;
      const set = (to: string) =>
        on(here.name, ...['bridge', 'fdb', 'replace', mac, 'dev', dev, 'dst', to, 'self', 'permanent']);
      return {
        inject: [set(wrong)],
        repair: [set(dst)],
        culprit: { host: here.name, row: `forwarding entry ${fdbLine({ ...tunnel.fdb, dst: wrong })}` },
      };
    },
  },
  {
    name: 'vtep-address-changed',
    title: 'A node’s VTEP has another MAC than the other nodes were told',
    symptom: 'Encapsulated packets arrive at the node and go no further than its VXLAN interface.',
    breakage({ there, thereState, tunnel }) {
      if (!tunnel) return undefined;
      const { name, mac } = tunnel.remote;
      const lost = thereState.neighbours.filter(({ dev, state }) => dev === name && state === 'PERMANENT');
      return {
        inject: [on(there.name, 'ip', 'link', 'set', name, 'address', NOBODYS_MAC)],
        // With the MAC the kernel drops the interface's neighbours, permanent ones too (net/core/neighbour.c, neigh_changeaddr).
        repair: [
          on(there.name, 'ip', 'link', 'set', name, 'address', mac),
          ...lost.map((row) => permanentNeighbour(there.name, row)),
        ],
        culprit: { host: there.name, row: `${name} has MAC ${NOBODYS_MAC}` },
      };
    },
  },
];
