import { describe, expect, it } from 'vitest';
import type { LabState, StateRow, StateTable } from '../../../infra/course/checkpoint/lab-state.ts';
import { planRestore } from '../../../infra/course/checkpoint/restore-script.ts';
import { changeLines, stateChanges } from '../../../infra/course/checkpoint/state-changes.ts';

const of = (tables: Partial<Record<StateTable, readonly StateRow[]>>): LabState => ({ n1: tables });
const route = (dst: string, via: string): StateRow => ({
  ...{ dst, via, dev: 'eth0', scope: 'global', protocol: 'boot', table: 'main', type: 'unicast' },
  onlink: false,
});
const link = (values: Partial<Record<string, StateRow[string]>> = {}): StateRow => ({
  ...{ name: 'cni0', kind: 'bridge', mac: '<mac:n1/cni0>', mtu: 1450, up: true, master: null, details: {} },
  ...(values as StateRow),
});
const rule = (chain: string, text: string, table = 'filter', family = 'ip'): StateRow => {
  return { family, table, chain, rule: text };
};
const lines = (from: LabState, to: LabState) => changeLines(stateChanges(from, to));
const script = (from: LabState, to: LabState) => planRestore(from, to).scripts.get('n1') ?? '';

describe('two states of a lab', () => {
  it('that are the same have no changes, in whatever order the rows come', () => {
    const [a, b] = [route('10.0.0.0/24', '1.1.1.1'), route('10.0.1.0/24', '1.1.1.2')];
    expect(lines(of({ routes: [a, b] }), of({ routes: [b, a] }))).toEqual([]);
  });

  it('differ by rows, as the tools print them', () => {
    const from = of({
      routes: [route('10.0.0.0/24', '1.1.1.1')],
      sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }],
    });
    const to = of({ routes: [], sysctls: [{ name: 'net.ipv4.ip_forward', value: '0' }] });
    expect(lines(from, to)).toEqual([
      'n1: ~ sysctl net.ipv4.ip_forward: value 1 → 0',
      'n1: - route 10.0.0.0/24 via 1.1.1.1 dev eth0',
    ]);
  });

  it('tell of an interface that is gone, and not of what went with it', () => {
    const from = of({
      interfaces: [link()],
      qdiscs: [{ dev: 'cni0', kind: 'noqueue' }],
      sysctls: [{ name: 'net.ipv4.conf.cni0.rp_filter', value: '0' }],
    });
    expect(lines(from, of({}))).toEqual(['n1: - interface cni0 bridge mtu 1450 up']);
  });

  it('differ when the rules of a chain are in another order', () => {
    const [drop, accept] = [rule('FORWARD', '-A FORWARD -j DROP'), rule('FORWARD', '-A FORWARD -j ACCEPT')];
    expect(lines(of({ netfilter: [drop, accept] }), of({ netfilter: [accept, drop] }))).toHaveLength(4);
    const other = rule('INPUT', '-A INPUT -j DROP');
    expect(lines(of({ netfilter: [drop, other] }), of({ netfilter: [other, drop] }))).toEqual([]);
  });
});

describe('what makes one state another', () => {
  it('is a batch of ip for links, addresses, routes and neighbours', () => {
    const from = of({ interfaces: [link()], routes: [route('10.0.0.0/24', '1.1.1.1')] });
    const to = of({
      interfaces: [link({ mtu: 1400, up: false })],
      neighbours: [{ dst: '10.0.0.9', dev: 'cni0', mac: '02:00:00:00:00:01', state: 'PERMANENT' }],
    });
    expect(script(from, to)).toBe(
      `ip -force -batch - <<'CNILAB-END'
link set dev cni0 mtu 1400
link set dev cni0 down
route del 10.0.0.0/24 via 1.1.1.1 dev eth0
neigh replace 10.0.0.9 lladdr 02:00:00:00:00:01 dev cni0 nud permanent
CNILAB-END`,
    );
  });

  it('is all of iptables at once, chains first', () => {
    const from = of({ netfilter: [rule('FORWARD', '-A FORWARD -j DROP')] });
    const to = of({ netfilter: [rule('MINE', '-N MINE'), rule('FORWARD', '-A FORWARD -j MINE')] });
    expect(script(from, to)).toBe(
      "iptables-restore <<'CNILAB-END'\n*filter\n:MINE -\n-A FORWARD -j MINE\nCOMMIT\nCNILAB-END",
    );
  });

  it('is nothing that could make an interface, a qdisc or a table of nftables', () => {
    const wanted = {
      interfaces: [link({ name: 'extra', kind: 'dummy' })],
      qdiscs: [{ dev: 'eth0', kind: 'netem' }],
      netfilter: [rule('c', 'drop', 't', 'inet')],
    };
    const { scripts, beyond } = planRestore(of({}), of(wanted));
    expect(scripts.size).toBe(0);
    expect(beyond.map(({ table }) => table)).toEqual(['interfaces', 'qdiscs', 'netfilter']);
  });

  it('never leaves a file of CNI half way: one that is no JSON is beyond it', () => {
    const config = (content: StateRow[string]) => of({ cniConfig: [{ file: '10-a.conflist', content }] });
    expect(script(config({ name: 'a' }), of({}))).toBe('rm -f /etc/cni/net.d/10-a.conflist');
    expect(script(of({}), config({ name: 'a' }))).toContain('cat > /etc/cni/net.d/10-a.conflist');
    expect(planRestore(of({}), config(null)).beyond).toHaveLength(1);
  });
});
