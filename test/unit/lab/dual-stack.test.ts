// A lab with IPv6 beside IPv4: what is planned for it, and every mistake at its place.
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../infra/lab/lab.ts';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import { GOOD_LAB, spoil } from './lab-text.ts';

function resolve(text: string, configs: Readonly<Record<string, string>> = {}): Lab {
  const { raw, source } = parseLabSource(text, 'labs/demo/lab.yaml');
  return resolveLab(raw, source, configs);
}

function problems(text: string, configs: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    resolve(text, configs);
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.map((p) => `${p.line}:${p.column}: ${p.message}${p.hint ? ` (${p.hint})` : ''}`);
  }
}

const DUAL = spoil('podCIDR: 10.244.0.0/16', 'podCIDR: 10.244.0.0/16\n  podCIDR6: fd00:10:244::/56');

describe('a dual-stack lab', () => {
  it('has both families’ ranges cut and addresses pinned', () => {
    const lab = resolve(DUAL);
    expect(lab.underlay).toMatchObject({ cidr6: 'fd00:192:168:49::/64', gateway6: 'fd00:192:168:49::1' });
    expect(lab.nodes.map(({ address6, podCIDR6 }) => [address6, podCIDR6])).toEqual([
      ['fd00:192:168:49::2', 'fd00:10:244::/64'],
      ['fd00:192:168:49::3', 'fd00:10:244:1::/64'],
    ]);
    expect(lab.workloads.flatMap((w) => w.pods.map((p) => [p.name, p.address, p.address6]))).toEqual([
      ['web-1', '10.244.0.2', 'fd00:10:244::2'],
      ['web-2', '10.244.1.2', 'fd00:10:244:1::2'],
      ['web-3', '10.244.0.3', 'fd00:10:244::3'],
      ['duo', '10.244.0.4', 'fd00:10:244::4'],
    ]);
  });

  it('and one without IPv6 has no trace of it', () => {
    expect(JSON.stringify(resolve(GOOD_LAB))).not.toMatch(/[a-zA-Z]6":/);
  });

  it('may ask a pod at its IPv6 address, by family or by template', () => {
    expect(problems(spoil('to: duo', 'to: duo, family: 6', DUAL))).toEqual([]);
    expect(problems(spoil('to: duo', "to: '${duo.address6}'", DUAL))).toEqual([]);
    expect(problems(spoil('to: duo', "to: 'fd00:10:244::4'", DUAL))).toEqual([]);
  });
});

const UNDERLAY = 'underlay: 192.168.49.0/24';
const SECOND = '    - name: n2';
const node2 = (line: string) => spoil(SECOND, `${SECOND}\n      ${line}`, DUAL);
const free = 'usable are fd00:192:168:49::2 to fd00:192:168:49:ffff:ffff:ffff:ffff';

describe('mistakes', () => {
  it.each([
    [
      'host bits',
      DUAL.replace('244::/56', '244::1/56'),
      '11:13: fd00:10:244::1/56 names a host, not a range (did you mean fd00:10:244::/56?)',
    ],
    [
      'link-local addresses',
      DUAL.replace('fd00:10:244::/56', 'fe80::/56'),
      '11:13: fe80::/56 overlaps fe80::/10, link-local: such addresses are not routed (use a unique local range such as fd00:10:244::/56)',
    ],
    [
      'pods in the nodes’ network',
      DUAL.replace(UNDERLAY, `${UNDERLAY}\n  underlay6: fd00:10::/32`),
      "12:13: the pods' range fd00:10:244::/56 overlaps the nodes' network fd00:10::/32 (pods and nodes need ranges of their own: change network.podCIDR6 or cluster.underlay6)",
    ],
    [
      'a range with room for one node',
      DUAL.replace('::/56', '::/64'),
      '11:13: fd00:10:244::/64 has room for 1 node of /64 each, the lab has 2 (use a shorter prefix for network.podCIDR6, or a longer network.nodeMaskBits6)',
    ],
    [
      'nodes with room for two pods',
      `${DUAL}`.replace('::/56', '::/124\n  nodeMaskBits6: 126'),
      '17:5: node n1 has 2 IPv6 pod addresses in fd00:10:244::/126, and the lab puts 3 pods there (the subnet-router anycast address and the gateway are not for pods; spread the pods or shorten network.nodeMaskBits6)',
    ],
    [
      'an IPv4 range',
      DUAL.replace('podCIDR6: fd00:10:244::/56', 'podCIDR6: 10.245.0.0/16'),
      '11:13: "10.245.0.0/16" cannot be used: Invalid IPv6 range',
    ],
    [
      'the gateway',
      node2('address6: fd00:192:168:49::1'),
      `8:17: fd00:192:168:49::1 is the gateway of fd00:192:168:49::/64 (${free})`,
    ],
    [
      'the anycast address',
      node2("address6: 'fd00:192:168:49::'"),
      `8:17: fd00:192:168:49:: is the subnet-router anycast address of fd00:192:168:49::/64 (${free})`,
    ],
    [
      'an address elsewhere',
      node2('address6: fd00:1::2'),
      `8:17: node address fd00:1::2 is outside the nodes' network fd00:192:168:49::/64 (${free})`,
    ],
    [
      'a share of another range',
      node2('podCIDR6: fd00:11::/64'),
      '8:17: fd00:11::/64 is not inside network.podCIDR6 fd00:10:244::/56',
    ],
    [
      'a share without an address',
      node2('podCIDR6: fd00:10:244:1::/127'),
      '8:17: fd00:10:244:1::/127 has no address for a pod (the smallest range with one is a /126)',
    ],
    [
      'flannel',
      DUAL.replace('type: kindnet', 'type: flannel'),
      '11:13: a network of type flannel has IPv4 only (leave podCIDR6 out, or use type: kindnet or type: conflist)',
    ],
    [
      'an MTU that IPv6 cannot have',
      DUAL.replace('type: kindnet', 'type: kindnet\n  mtu: 1200'),
      '10:8: IPv6 needs an MTU of at least 1280 (RFC 8200), and this is 1200 (a larger mtu, or no podCIDR6)',
    ],
    [
      'a node’s IPv6 in a lab without',
      spoil(SECOND, `${SECOND}\n      address6: fd00:192:168:49::9`),
      '8:17: node n2 has address6, and the lab has no IPv6 (add network.podCIDR6, the range that all IPv6 pod addresses come from)',
    ],
    [
      'an IPv6 network for nodes alone',
      spoil(UNDERLAY, `${UNDERLAY}\n  underlay6: fd00::/64`),
      '4:14: the nodes have an IPv6 network, and the pods have none (add network.podCIDR6, the range that all IPv6 pod addresses come from)',
    ],
    [
      'a ping over IPv6 in a lab without',
      spoil('to: duo', 'to: duo, family: 6'),
      '34:43: the lab has no IPv6 (add network.podCIDR6, or leave family out)',
    ],
    [
      'a family that is not the address’s',
      spoil('to: duo', 'to: 10.244.0.4, family: 6', DUAL),
      '35:50: 10.244.0.4 is an IPv4 address (leave family out)',
    ],
    [
      'a template of IPv6 in a lab without',
      spoil('${duo.address}', '${duo.address6}'),
      '28:23: ${duo.address6} is of IPv6, and the lab has none (add network.podCIDR6)',
    ],
  ])('%s', (_, text, problem) => {
    const found = problems(text);
    expect(found[0]).toBe(problem);
  });

  it('a placeholder that nothing stands for', () => {
    const text = spoil('type: kindnet', 'type: conflist\n  configs: net.d');
    const configs = { '10-a.conflist': '{"name":"a","plugins":[{"type":"ptp","x":"@POD_CIDR6@"}]}' };
    expect(problems(text, configs)).toEqual([
      "9:3: @POD_CIDR6@ in 10-a.conflist stands for the node's IPv6 podCIDR, and the lab has none (add podCIDR6)",
    ]);
  });
});
