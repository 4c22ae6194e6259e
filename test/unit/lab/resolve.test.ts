// What someone sees whose lab is well-formed but cannot work: each mistake once, at its place, with what to do.
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

/** `line:column: message` of each problem. */
function problems(text: string, configs: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    resolve(text, configs);
    return [];
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return error.problems.map((p) => `${p.line}:${p.column}: ${p.message}${p.hint ? ` (${p.hint})` : ''}`);
  }
}

describe('a correct lab', () => {
  it('has its names bound, its CIDRs cut and its addresses pinned', () => {
    const lab = resolve(GOOD_LAB);
    expect(lab.underlay).toEqual({ cidr: '192.168.49.0/24', gateway: '192.168.49.1' });
    expect(lab.nodes).toEqual([
      { name: 'n1', role: 'worker', address: '192.168.49.2', podCIDR: '10.244.0.0/24' },
      { name: 'n2', role: 'worker', address: '192.168.49.3', podCIDR: '10.244.1.0/24' },
    ]);
    expect(lab.workloads.flatMap((w) => w.pods.map((p) => [p.name, p.node, p.address]))).toEqual([
      ['web-1', 'n1', '10.244.0.2'],
      ['web-2', 'n2', '10.244.1.2'],
      ['web-3', 'n1', '10.244.0.3'],
      ['duo', 'n1', '10.244.0.4'],
    ]);
  });

  it('has the MTU of its kind of network', () => {
    expect(resolve(GOOD_LAB).network).toMatchObject({ type: 'kindnet', mtu: 1500, routes: true });
    const flannel = resolve(spoil('kindnet', 'flannel'));
    expect(flannel.network).toMatchObject({ type: 'flannel', mtu: 1450, vni: 1, port: 8472 });
    expect(resolve(spoil('type: kindnet', 'type: kindnet\n  mtu: 1400')).network.mtu).toBe(1400);
  });

  it('is plain JSON', () => {
    const lab = resolve(GOOD_LAB);
    expect(JSON.parse(JSON.stringify(lab))).toEqual(lab);
  });

  it('may be empty: no nodes, and then no pods', () => {
    const empty = 'name: demo\ncluster: { nodes: [] }\nnetwork: { type: kindnet, podCIDR: 10.244.0.0/16 }\n';
    expect(resolve(empty)).toMatchObject({ nodes: [], workloads: [], experiments: [] });
    expect(problems(`${empty}workloads: [{ name: web, replicas: 3 }]\n`)).toEqual([
      '2:19: the lab has 3 pods and no node to run them on (add a node)',
    ]);
  });

  it('is told with the line and a caret when it is not correct', () => {
    expect(() => resolve(spoil('[n1, n2]', '[n1, n3]'))).toThrowErrorMatchingInlineSnapshot(`
      [LabError: labs/demo/lab.yaml:14:17: there is no node "n3"
        14 |     nodes: [n1, n3]
           |                 ^^
        did you mean "n1"?]
    `);
  });
});

describe('names', () => {
  it.each([
    [
      'two nodes',
      spoil('name: n2', 'name: n1'),
      '7:13: there are two nodes called "n1" (rename one of them)',
    ],
    [
      'two workloads',
      spoil('name: duo', 'name: web'),
      '15:11: there are two workloads called "web" (rename one of them)',
    ],
    [
      'two experiments',
      spoil('name: listen', 'name: look'),
      '30:11: there are two experiments called "look" (rename one of them)',
    ],
    [
      'two containers',
      spoil('name: right', 'name: left'),
      '20:15: there are two containers called "left" in duo (give each container of a pod a name of its own)',
    ],
    [
      'two taps',
      spoil(
        "{ name: veth, at: n1, dev: '${web-1.hostVeth}' }",
        '{ name: veth, at: n1, dev: eth0 }\n      - { name: veth, at: n2, dev: eth0 }',
      ),
      '34:17: there are two taps of listen called "veth" (rename one of them)',
    ],
    [
      'a pod and a node',
      spoil('name: duo', 'name: n2'),
      '15:11: the pod "n2" of this workload would be called as a node is (nodes and pods are hosts of one lab: each needs a name of its own)',
    ],
    [
      'two pods',
      spoil('name: duo', 'name: web-2'),
      '15:11: the pod "web-2" of this workload would be called as a pod of workload web is (nodes and pods are hosts of one lab: each needs a name of its own)',
    ],
    [
      'a pod name that is too long',
      spoil('name: web', `name: ${'w'.repeat(62)}`),
      `12:11: the pod name ${'w'.repeat(62)}-3 has 64 characters; a host name has at most 63 (shorten it to 61 characters or fewer)`,
    ],
    [
      'a pod with replicas',
      spoil('kind: pod\n', 'kind: pod\n    replicas: 2\n'),
      '17:15: `kind: pod` is one pod, not 2 (leave replicas out, or use kind: deployment)',
    ],
    [
      'an interface name that is too long',
      spoil('${web-1.hostVeth}', 'a-very-long-name'),
      '33:36: an interface name has at most 15 bytes, this one has 16',
    ],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toContain(problem);
  });
});

describe('addresses', () => {
  const usable = '(usable are 192.168.49.2 to 192.168.49.254)';
  it.each([
    [
      'pods and nodes in one range',
      spoil('10.244.0.0/16', '192.168.0.0/16'),
      "10:12: the pods' range 192.168.0.0/16 overlaps the nodes' network 192.168.49.0/24 (pods and nodes need ranges of their own: change network.podCIDR or cluster.underlay)",
    ],
    [
      'a node among the pods',
      spoil('49.2\n', '49.2\n      podCIDR: 10.244.0.0/24\n')
        .replace('49.2', '49.9')
        .replace('192.168.49.9', '10.244.3.3'),
      `6:16: node address 10.244.3.3 is inside the pods' range 10.244.0.0/16 ${usable}`,
    ],
    [
      'a node elsewhere',
      spoil('49.2\n', '50.2\n'),
      `6:16: node address 192.168.50.2 is outside the nodes' network 192.168.49.0/24 ${usable}`,
    ],
    [
      'the network address',
      spoil('49.2\n', '49.0\n'),
      `6:16: 192.168.49.0 is the network address of 192.168.49.0/24 ${usable}`,
    ],
    [
      'the gateway',
      spoil('49.2\n', '49.1\n'),
      `6:16: 192.168.49.1 is the gateway of 192.168.49.0/24 ${usable}`,
    ],
    [
      'the broadcast address',
      spoil('49.2\n', '49.255\n'),
      `6:16: 192.168.49.255 is the broadcast address of 192.168.49.0/24 ${usable}`,
    ],
    [
      'an address twice',
      spoil('name: n2', 'name: n2\n      address: 192.168.49.2'),
      `8:16: node n1 already has the address 192.168.49.2 ${usable}`,
    ],
    [
      'a podCIDR elsewhere',
      spoil('name: n2', 'name: n2\n      podCIDR: 10.245.0.0/24'),
      '8:16: 10.245.0.0/24 is not inside network.podCIDR 10.244.0.0/16',
    ],
    [
      'a podCIDR twice',
      spoil('49.2\n', '49.2\n      podCIDR: 10.244.4.0/23\n').replace(
        'name: n2',
        'name: n2\n      podCIDR: 10.244.5.0/24',
      ),
      '9:16: 10.244.5.0/24 overlaps 10.244.4.0/23 of node n1',
    ],
    [
      'a podCIDR that is a host',
      spoil('10.244.0.0/16', '10.244.1.0/16'),
      '10:12: 10.244.1.0/16 names a host, not a range (did you mean 10.244.0.0/16?)',
    ],
    [
      'loopback',
      spoil('10.244.0.0/16', '127.0.0.0/16'),
      '10:12: 127.0.0.0/16 overlaps 127.0.0.0/8, loopback: such addresses are not routed (use a private range such as 10.244.0.0/16)',
    ],
    [
      'too few ranges',
      spoil('10.244.0.0/16', '10.244.0.0/24'),
      '10:12: 10.244.0.0/24 has room for 1 node of /24 each, the lab has 2 (use a shorter prefix for network.podCIDR, or a longer network.nodeMaskBits)',
    ],
    [
      'too few node addresses',
      spoil('192.168.49.0/24', '192.168.49.0/30'),
      '3:13: 192.168.49.0/30 has room for 1 nodes, the lab has 2 (the network, gateway and broadcast address are taken; use a shorter prefix)',
    ],
    [
      'too few pod addresses',
      spoil('10.244.0.0/16', '10.244.0.0/16\n  nodeMaskBits: 30'),
      '13:5: node n1 has 1 pod address in 10.244.0.0/30, and the lab puts 3 pods there (the network, gateway and broadcast address are not for pods; spread the pods or shorten network.nodeMaskBits)',
    ],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toContain(problem);
  });

  it('a port of a node that two pods want', () => {
    const ports = 'ports: [{ containerPort: 80, hostPort: 8080 }]';
    expect(problems(spoil('replicas: 3', `replicas: 3\n    ${ports}`))).toEqual([
      '14:44: port 8080/tcp of node n1 is already taken by pod web-1 (pod web-3 needs another port or another node)',
    ]);
    expect(problems(spoil('replicas: 3', `replicas: 2\n    ${ports}`))).toEqual([]);
  });
});

describe('experiments', () => {
  it.each([
    [
      'a misspelt pod',
      spoil('at: web-1', 'at: wbe-1'),
      '26:13: no node or pod is called "wbe-1" (did you mean "web-1"?)',
    ],
    [
      'a missing at',
      spoil('        at: web-1\n', ''),
      '25:9: the table "routes" belongs to one node or pod: "at" is missing (add at: <node or pod>)',
    ],
    [
      'a needless at',
      spoil('table: routes', 'table: pods'),
      '26:13: the table "pods" is one for the whole lab: it takes no "at" (leave "at" out, and keep the rows you mean with where, such as {node: web-1})',
    ],
    [
      'a table that pods have not',
      spoil('table: routes', 'table: leases'),
      '26:13: only nodes have "leases", and "web-1" is a pod (nodes there are: n1, n2)',
    ],
    [
      'a misspelt column',
      spoil('dst:', 'dts:'),
      '28:18: the table "routes" has no column "dts" (did you mean "dst"?)',
    ],
    [
      'a template for nobody',
      spoil('${duo.address}', '${tri.address}'),
      '28:23: no node or pod is called "tri" in ${tri.address} (nodes and pods there are: n1, n2, web-1, web-2, web-3, duo)',
    ],
    [
      'a template for a field there is not',
      spoil('${duo.address}', '${duo.ip}'),
      '28:23: a pod has no "ip" (in ${duo.ip}) (fields there are: name, node, address, mac, hostVeth, gateway, cidr, pid, containerId)',
    ],
    [
      'a template in a command',
      spoil('${web-2.address}', '${web-2.adress}'),
      '43:34: a pod has no "adress" (in ${web-2.adress}) (did you mean "address"?)',
    ],
    [
      'a template in dev',
      spoil('${web-1.hostVeth}', '${web-1.hostveth}'),
      '33:36: a pod has no "hostveth" (in ${web-1.hostveth}) (did you mean "hostVeth"?)',
    ],
    [
      'a container there is not',
      spoil('duo/left', 'duo/lift'),
      '42:13: pod duo has no container "lift" (did you mean "left"?)',
    ],
    [
      'a container of a node',
      spoil('duo/left', 'n1/left'),
      '42:13: "n1" is a node and has no containers (write n1)',
    ],
    [
      'a container as the sender',
      spoil('from: web-1', 'from: duo/left'),
      '34:19: "duo/left" names a container; a node or a pod is meant here (write duo)',
    ],
    [
      'a receiver there is not',
      spoil('to: duo', 'to: dou'),
      '34:30: no node or pod is called "dou" (did you mean "duo"?)',
    ],
    [
      'a tap there is not',
      spoil('[veth, veth]', '[veth, vteh]'),
      '38:50: this experiment has no tap "vteh" (did you mean "veth"?)',
    ],
    [
      'a part that is not observed',
      spoil('select: paths', 'select: path'),
      '37:17: a capture experiment observes no "path" (did you mean "paths"?)',
    ],
    [
      'a fault twice',
      spoil('name: run', 'name: run\n    fault: [bridge-down, bridge-down]'),
      '40:26: fault "bridge-down" is named twice: it can be in the lab once',
    ],
    [
      'a part that a diagnosis has not',
      `${GOOD_LAB}  - { name: d, kind: diagnose, checks: [{ name: x, select: cause, expect: [] }] }\n`,
      '44:60: a diagnose experiment observes no "cause" (did you mean "causes"?)',
    ],
    [
      'an operator there is not',
      spoil('$count', '$cuont'),
      '29:19: no operator $cuont; did you mean $count? (docs/assertions.md has the operators)',
    ],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toContain(problem);
  });

  it('name faults that there are', () => {
    const broken = (fault: string) => problems(spoil('name: run', `name: run\n    fault: ${fault}`));
    expect(broken('[route-missing, bridge-down]')).toEqual([]);
    const message = (place: string, near: string) =>
      expect.stringMatching(new RegExp(`^${place}: .* is not one of: .*\\(did you mean "${near}"\\?\\)$`));
    expect(broken('route-misssing')).toEqual([message('40:12', 'route-missing')]);
    expect(broken('[route-missing, bridge-dwon]')).toEqual([message('40:28', 'bridge-down')]);
  });

  it('may ask an address that is nobody’s', () => {
    expect(problems(spoil('to: duo', 'to: 192.0.2.1'))).toEqual([]);
  });

  it('leaves the expansions of a shell alone', () => {
    expect(problems(spoil("'${web-2.address}'", "'${HOME}', '${x%.*}', '${#a}'"))).toEqual([]);
  });
});

describe('configs', () => {
  const lab = spoil('type: kindnet', 'type: conflist\n  configs: net.d');
  const good = '{"name": "x", "cniVersion": "1.0.0", "plugins": [{"type": "ptp"}]}';
  const whole = (configs: Readonly<Record<string, string>>) => {
    try {
      resolve(lab, configs);
      return 'no error';
    } catch (error) {
      return (error as LabError).message;
    }
  };

  it('are kept verbatim, whatever they are called', () => {
    const configs = { '10-x.conflist': good, 'old.disabled': 'not { json' };
    expect(resolve(lab, configs).network.configs).toEqual(configs);
  });

  it('that are not JSON are told with the place', () => {
    expect(whole({ '10-x.conflist': '{\n  "name": "x"\n  "plugins": []\n}' })).toMatchInlineSnapshot(`
      "labs/demo/net.d/10-x.conflist:3:3: not JSON: expected "," or "}" here
        3 |   "plugins": []
          |   ^
        check commas and quotes"
    `);
  });

  it('whose plugin type is a path are refused', () => {
    expect(whole({ '10-x.conflist': good.replace('"ptp"', '"../../bin/sh"') })).toMatchInlineSnapshot(`
      "labs/demo/net.d/10-x.conflist:1:59: the plugin type "../../bin/sh" is a path
        1 | {"name": "x", "cniVersion": "1.0.0", "plugins": [{"type": "../../bin/sh"}]}
          |                                                           ^
        type is a bare file name, looked for in the plugin directory: "sh""
    `);
  });

  it.each([
    ['an empty type', good.replace('"ptp"', '""'), 'a plugin has an empty type'],
    ['no name', good.replace('"name": "x", ', ''), '"name" must be text: the name of the network'],
    ['an empty name', good.replace('"x"', '""'), '"name" must not be empty'],
    ['no plugins', '{"name": "x"}', '"plugins" must be a list of plugins'],
    ['empty plugins', '{"name": "x", "plugins": []}', '"plugins" must have at least one plugin'],
    ['a list', '[]', 'a network configuration must be a JSON object'],
    ['nothing', '', 'not JSON: the text ends where a value should follow'],
  ])('with %s are refused', (_, text, message) => {
    expect(whole({ '10-x.conflist': text })).toContain(`net.d/10-x.conflist:1:`);
    expect(whole({ '10-x.conflist': text })).toContain(message);
  });

  it('are needed by a network of type conflist', () => {
    expect(problems(spoil('type: kindnet', 'type: conflist'))).toContain(
      '9:3: a network of type conflist needs the conflist (add configs: <directory beside lab.yaml with a .conflist file in it>)',
    );
    expect(whole({ 'x.disabled': '' })).toContain('there is no network configuration in net.d');
  });
});

describe('the traffic of a capture', () => {
  const traffic = "traffic: { in: web-1, command: [nc, '${duo.address}', '80'] }";
  const sent = (text: string) => spoil('ping: { from: web-1, to: duo }', text);

  it('may be any command, whose output checks may look at', () => {
    const lab = spoil('select: paths', 'select: traffic.stdout', sent(traffic));
    expect(problems(lab)).toEqual([]);
    expect(resolve(lab).experiments[1]).toMatchObject({ traffic: { timeout: 30, json: false } });
  });

  it.each([
    [
      'nothing at all',
      sent('before: []'),
      '30:5: nothing is sent: this capture has neither "ping" nor "traffic" (add ping: {from: …, to: …} or traffic: {in: …, command: […]})',
    ],
    [
      'two kinds of it',
      sent(`ping: { from: web-1, to: duo }\n    ${traffic}`),
      '35:5: a capture has one kind of traffic, and here are "ping" and "traffic" (leave one of them out)',
    ],
    [
      'a command on nobody',
      sent(traffic.replace('web-1', 'web-7')),
      '34:20: no node or pod is called "web-7" (did you mean "web-1"?)',
    ],
    [
      'a check of a ping that there is not',
      spoil('select: paths', 'select: ping.received', sent(traffic)),
      '37:17: a capture experiment observes no "ping" (fields there are: traffic, taps, packets, paths)',
    ],
  ])('is refused when it is %s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });
});
