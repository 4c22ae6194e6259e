// A way out of the cluster in a lab file: what it resolves to, and what someone sees who has got it wrong.
import { describe, expect, it } from 'vitest';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import { GOOD_LAB, spoil } from './lab-text.ts';

const withOutside = (text: string, lab = GOOD_LAB) =>
  spoil('  nodes:\n    - name: n1', `  outside: ${text}\n  nodes:\n    - name: n1`, lab);
const resolve = (text: string) => {
  const { raw, source } = parseLabSource(text, 'labs/demo/lab.yaml');
  return resolveLab(raw, source, {});
};
const problems = (text: string): readonly string[] => {
  try {
    resolve(text);
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.map((p) => `${p.line}:${p.column}: ${p.message}${p.hint ? ` (${p.hint})` : ''}`);
  }
};

describe('cluster.outside', () => {
  it('is not there unless it is asked for', () => {
    expect(resolve(GOOD_LAB)).not.toHaveProperty('outside');
  });

  it('gives the router the gateway of the nodes, and the host the first address behind it', () => {
    expect(resolve(withOutside('{}')).outside).toEqual({
      cidr: '203.0.113.0/24',
      router: { name: 'router', address: '192.168.49.1', outsideAddress: '203.0.113.1' },
      host: { name: 'internet', address: '203.0.113.2' },
    });
    expect(resolve(withOutside('{ cidr: 198.51.100.0/30, router: gw, host: world }')).outside).toEqual({
      cidr: '198.51.100.0/30',
      router: { name: 'gw', address: '192.168.49.1', outsideAddress: '198.51.100.1' },
      host: { name: 'world', address: '198.51.100.2' },
    });
  });

  it('has hosts that experiments can speak of', () => {
    const lab = spoil(
      'ping: { from: web-1, to: duo }',
      'ping: { from: router, to: internet }',
      spoil('at: n1, dev:', 'at: router, dev:', spoil('${web-2.address}', '${router.address}')),
    );
    expect(problems(withOutside('{}', lab))).toEqual([]);
    expect(problems(lab)).toContain(
      '34:19: no node or pod is called "router" (nodes and pods there are: n1, n2, web-1, web-2, web-3, duo)',
    );
  });

  it.each([
    [
      'a range that the nodes have',
      withOutside('{ cidr: 192.168.0.0/16 }'),
      '4:20: the outside 192.168.0.0/16 overlaps the nodes’ network 192.168.49.0/24 (what is outside needs a range of its own, such as 203.0.113.0/24)',
    ],
    [
      'a range that the pods have',
      withOutside('{ cidr: 10.244.9.0/24 }'),
      '4:20: the outside 10.244.9.0/24 overlaps the pods’ range 10.244.0.0/16 (what is outside needs a range of its own, such as 203.0.113.0/24)',
    ],
    [
      'a range without room',
      withOutside('{ cidr: 203.0.113.0/31 }'),
      '4:20: 203.0.113.0/31 has no room for the router and a host (the smallest range with both is a /30)',
    ],
    [
      'a host in place of a range',
      withOutside('{ cidr: 203.0.113.7/24 }'),
      '4:20: 203.0.113.7/24 names a host, not a range (did you mean 203.0.113.0/24?)',
    ],
    [
      'a range that is not routed',
      withOutside('{ cidr: 127.1.0.0/16 }'),
      '4:20: 127.1.0.0/16 overlaps 127.0.0.0/8, loopback: such addresses are not routed (use a private range such as 10.244.0.0/16)',
    ],
    [
      "a node's name for the router",
      withOutside('{ router: n1 }'),
      '4:22: the router would be called "n1", as a node is (all hosts of a lab need names of their own)',
    ],
    [
      'one name for both',
      withOutside('{ host: router }'),
      '4:20: the outside host would be called "router", as the router is (all hosts of a lab need names of their own)',
    ],
    [
      'a pod called as the router',
      withOutside('{ router: duo }'),
      '16:11: the pod "duo" of this workload would be called as the router is (nodes and pods are hosts of one lab: each needs a name of its own)',
    ],
    [
      'a table that only nodes have',
      withOutside(
        '{}',
        spoil(
          "at: web-1\n        table: routes\n        where: { dst: '${duo.address}' }",
          'at: router\n        table: leases',
        ),
      ),
      '27:13: only nodes have "leases", and "router" is outside the cluster (nodes there are: n1, n2)',
    ],
    [
      'a field that only pods have',
      withOutside('{}', spoil('${web-2.address}', '${internet.hostVeth}')),
      '44:34: a host outside the cluster has no "hostVeth" (in ${internet.hostVeth}) (fields there are: name, address)',
    ],
    [
      'a slip',
      withOutside('{ rooter: gw }'),
      '4:14: unknown key "rooter" in cluster.outside (did you mean "router"?)',
    ],
  ])('refuses %s', (_, text, problem) => {
    expect(problems(text)).toContain(problem);
  });
});
