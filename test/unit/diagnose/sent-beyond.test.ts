// Real clusters have a gateway that answers ARP and forwards, and that nobody looks into: what goes there is seen no more.
import { expect, test } from 'vitest';
import { diagnose } from '../../../infra/diagnose/diagnose.ts';
import type { LabSnapshot, RouteRow } from '../../../infra/observe/snapshot.ts';
import { changed, forwarding, predictable } from '../predict/recorded.ts';

const GATEWAY = '192.168.49.1';
const recorded = predictable('flannel');
const flannel: LabSnapshot = {
  ...recorded,
  nodes: recorded.nodes.map((node, i) => ({ ...node, podCIDR: `10.42.${i}.0/24` })),
};

/** The node knows a gateway's MAC, which is nobody's of the lab: seen on kind, where it is the machine's own bridge. */
const withGateway = (lab: LabSnapshot, node: string) =>
  changed(lab, node, ({ neighbours }) => ({
    neighbours: [
      ...neighbours,
      { dst: GATEWAY, dev: 'eth0', mac: '02:42:4b:a4:2e:2e', state: 'REACHABLE', family: 'inet' },
    ],
  }));

/** Without that route, so that a default route is taken. */
function without(lab: LabSnapshot, node: string, dst: string): LabSnapshot {
  const change = <Row extends RouteRow>(routes: readonly Row[]): readonly Row[] => {
    const [like] = routes.filter((route) => route.dst === '192.168.49.0/24');
    const rest = routes.filter((route) => route.dst !== dst && route.dst !== 'default');
    return like
      ? [...rest, { ...like, dst: 'default', via: GATEWAY, scope: 'global', protocol: 'boot' }]
      : rest;
  };
  const forwards = forwarding(withGateway(lab, node), node, ({ routes }) => ({ routes: change(routes) }));
  return changed(forwards, node, ({ routes }) => ({ routes: change(routes) }));
}

const foundIn = (lab: LabSnapshot) => {
  const { findings, undecided } = diagnose(lab);
  return { causes: findings.map(({ host, subject, words }) => ({ host, subject, words })), undecided };
};

test('a route that is missing sends pods’ packets to the gateway', () => {
  expect(foundIn(without(flannel, 'node-1', '10.42.1.0/24'))).toEqual({
    causes: [
      {
        host: 'node-1',
        subject: 'route 10.42.1.0/24',
        words: `no route to the pods of node-2: route default via ${GATEWAY} dev eth0 is taken`,
      },
    ],
    undecided: [],
  });
});

test('so does a forwarding entry with the address of another machine', () => {
  const astray = changed(withGateway(flannel, 'node-1'), 'node-1', ({ fdb }) => ({
    fdb: fdb.map((row) => (row.dst === undefined ? row : { ...row, dst: GATEWAY })),
  }));
  expect(foundIn(astray)).toMatchObject({
    causes: [{ host: 'node-1', subject: 'forwarding entry 0e:00:00:00:00:02' }],
    undecided: [],
  });
});

test('and the pods’ own node, which nobody else can help', () => {
  const lost = without(flannel, 'node-1', '10.42.0.0/24');
  expect(foundIn(lost).causes).toMatchObject([
    { host: 'node-1', subject: 'route 10.42.0.2' },
    { host: 'node-1', subject: 'route 10.42.0.3' },
  ]);
});

test('where no node of the lab has a route to another’s pods, the machines beyond may: it cannot be told', () => {
  const cloud = without(without(flannel, 'node-1', '10.42.1.0/24'), 'node-2', '10.42.0.0/24');
  const { causes, undecided } = foundIn(cloud);
  expect(causes).toEqual([]);
  expect(undecided[0]?.words).toContain('leaves what was observed');
});
