// Lab kindnet, one rule broken at a time.
import { deaf, live, meanwhile, mtu, rule, swallowing, sysctl, together, ttl60 } from './breaks.ts';
import type { Broken, Live, Mutation } from './mutation.ts';

const CONFLIST = '/etc/cni/net.d/10-kindnet.conflist';
const LEASES = '/run/cni-ipam-state/kindnet';

/** The conflist edited, and as it was again. */
const conflist = (at: string, script: string) =>
  live(
    at,
    `cp ${CONFLIST} /run/conflist && sed -i '${script}' ${CONFLIST} && ! cmp -s ${CONFLIST} /run/conflist`,
    `cp /run/conflist ${CONFLIST}`,
  );

const cluster: readonly Mutation[] = [
  {
    breaks: 'the nodes have changed their roles',
    experiment: 'cluster',
    fails: ['two nodes, with roles and addresses'],
    broken: {
      variant: [
        ['- name: minikube\n      role: control-plane', '- name: minikube'],
        ['- name: minikube-m02', '- name: minikube-m02\n      role: control-plane'],
      ],
    },
  },
  {
    breaks: "a node's uplink has another address than the cluster says",
    experiment: 'cluster',
    fails: ['two nodes, with roles and addresses'],
    broken: {
      steps: [
        { at: 'minikube-m02', run: 'ip address flush dev eth0 && ip address add 192.168.49.33/24 dev eth0' },
      ],
      undo: [
        {
          at: 'minikube-m02',
          run: 'ip address flush dev eth0 && ip address add 192.168.49.3/24 dev eth0 && ip route add default via 192.168.49.1',
        },
        { rewire: true },
      ],
    },
  },
  {
    breaks: 'two replicas are on minikube and one is on minikube-m02',
    experiment: 'cluster',
    fails: [
      "three replicas, one on minikube and two on minikube-m02, addresses from .2 of each node's podCIDR",
      "host-local's lease files on minikube say the same",
      'and so do those on minikube-m02',
    ],
    broken: {
      variant: [
        ['nodes: [minikube-m02, minikube, minikube-m02]', 'nodes: [minikube-m02, minikube, minikube]'],
      ],
    },
  },
  {
    breaks: 'a lease of no container is on minikube',
    experiment: 'cluster',
    fails: ["host-local's lease files on minikube say the same"],
    broken: live('minikube', `echo nobody > ${LEASES}/10.244.0.9`, `rm ${LEASES}/10.244.0.9`),
  },
  {
    breaks: 'the lease of a pod on minikube-m02 is gone',
    experiment: 'cluster',
    fails: [
      'and so do those on minikube-m02',
      "what the CNI results say is what IPAM, the runtime's cache and the kernel have",
    ],
    broken: live('minikube-m02', `mv ${LEASES}/10.244.1.3 /run/lease`, `mv /run/lease ${LEASES}/10.244.1.3`),
  },
  {
    breaks: "the runtime's cache has lost a pod",
    experiment: 'cluster',
    fails: ["what the CNI results say is what IPAM, the runtime's cache and the kernel have"],
    broken: live(
      'minikube',
      'mv /var/lib/cni/results/kindnet-${pod-to-pod-2.containerId}-eth0 /run/result',
      'mv /run/result /var/lib/cni/results/kindnet-${pod-to-pod-2.containerId}-eth0',
    ),
  },
  {
    breaks: 'a pod has another address than CNI gave it',
    experiment: 'cluster',
    fails: ["what the CNI results say is what IPAM, the runtime's cache and the kernel have"],
    broken: {
      steps: [
        { at: 'pod-to-pod-3', run: 'ip address flush dev eth0 && ip address add 10.244.1.33/24 dev eth0' },
      ],
      undo: [{ remake: 'pod-to-pod-3' }],
    },
  },
];

const FOUR = 'four files in /etc/cni/net.d of minikube';
const cniConfig: readonly Mutation[] = [
  {
    breaks: 'a fifth file is in /etc/cni/net.d of minikube',
    experiment: 'cni-config',
    fails: [FOUR],
    broken: live('minikube', 'touch /etc/cni/net.d/readme', 'rm /etc/cni/net.d/readme'),
  },
  {
    breaks: 'one of the four files is missing on minikube-m02',
    experiment: 'cni-config',
    fails: ['the same four on minikube-m02'],
    broken: live(
      'minikube-m02',
      'mv /etc/cni/net.d/200-loopback.conf /run/',
      'mv /run/200-loopback.conf /etc/cni/net.d/',
    ),
  },
  {
    breaks: 'another network comes first by its name',
    experiment: 'cni-config',
    fails: ['the runtime picks 10-kindnet.conflist'],
    beside: { [FOUR]: 'fail' },
    broken: live(
      'minikube',
      `sed s/kindnet/other/ ${CONFLIST} > /etc/cni/net.d/05-other.conflist`,
      'rm /etc/cni/net.d/05-other.conflist',
    ),
  },
  {
    breaks: 'a disabled configuration is enabled again',
    experiment: 'cni-config',
    fails: ['it ignores what is not called .conf, .conflist or .json, and says why'],
    beside: { [FOUR]: 'fail' },
    broken: live(
      'minikube',
      'cd /etc/cni/net.d && mv 100-crio-bridge.conf.mk_disabled 100-crio-bridge.conf',
      'cd /etc/cni/net.d && mv 100-crio-bridge.conf 100-crio-bridge.conf.mk_disabled',
    ),
  },
  ...[
    ["minikube hands out minikube-m02's range", 's,10.244.0.0/24,10.244.1.0/24,'],
    ['the conflist of minikube masquerades', 's/"ipMasq": *false/"ipMasq": true/'],
    ['the conflist of minikube keeps its leases elsewhere', 's,/run/cni-ipam-state,/var/lib/cni/networks,'],
    ['the conflist of minikube maps no ports', 's/portMappings/bandwidth/'],
  ].map(
    ([breaks = '', script = '']): Mutation => ({
      breaks,
      experiment: 'cni-config',
      fails: ["minikube's conflist hands out minikube's podCIDR"],
      broken: conflist('minikube', script),
    }),
  ),
  {
    breaks: 'the conflist of minikube-m02 has another MTU',
    experiment: 'cni-config',
    fails: ["minikube-m02's conflist differs in the podCIDR alone"],
    broken: conflist('minikube-m02', 's/1500/1400/'),
  },
  {
    breaks: 'a third plugin was chained when the pod was made',
    experiment: 'cni-config',
    fails: [
      'ADD calls ptp (which asks host-local for an address, makes the veth, sets the routes), then portmap',
    ],
    broken: remadeWith('bandwidth'),
  },
  {
    breaks: 'lo was brought up a second time when the pod was made',
    experiment: 'cni-config',
    fails: ['and loopback, once, for lo'],
    broken: remadeWith('loopback'),
  },
];

/** As pod-to-pod-2 was made anew with that plugin between the two; the conflist is as it was again. */
function remadeWith(plugin: string): Broken {
  const { steps, undo } = conflist('minikube', `s/"type": "portmap",/"type": "${plugin}"}, {&/`);
  const again = { remake: 'pod-to-pod-2' };
  return { steps: [...steps, again, ...undo], undo: [...undo, again] };
}

const BOTH_DIRECTIONS = 'eth0@ifN and vethX@ifM name each other, in both directions, link-netnsid included';
const EVERY_POD = 'every pod of a node has a veth of its own there';
const GATEWAY_M02 = 'and on minikube-m02 its own';
/** The node's ends of their veths are in a network namespace of nobody, and go with it. */
function awayFrom(...pods: readonly string[]): Live {
  const elsewhere = meanwhile('minikube-m02', 'elsewhere', 'exec unshare -n sleep infinity');
  const there = '$(cat /run/elsewhere.pid)';
  const run = [
    `until [ $(readlink /proc/${there}/ns/net) != $(readlink /proc/self/ns/net) ]; do sleep 0.01; done`,
    ...pods.map((pod) => `ip link set \${${pod}.hostVeth} netns ${there}`),
  ].join('; ');
  return {
    steps: [...elsewhere.steps, { at: 'minikube-m02', run }],
    undo: [...elsewhere.undo, ...pods.map((pod) => ({ remake: pod }))],
  };
}

const vethPairs: readonly Mutation[] = [
  {
    breaks: 'a pod has a third interface',
    experiment: 'veth-pairs',
    fails: ['a pod has eth0 and lo, and nothing else'],
    broken: live('pod-to-pod-2', 'ip link add br0 type bridge', 'ip link del br0'),
  },
  {
    breaks: 'eth0 of a pod has another MTU than the conflist says',
    experiment: 'veth-pairs',
    fails: ['eth0 is one end of a veth pair'],
    broken: mtu('pod-to-pod-2', 'eth0', 1400, 1500),
  },
  {
    breaks: 'eth0 of a pod is a macvlan on top of the veth',
    experiment: 'veth-pairs',
    fails: ['eth0 is one end of a veth pair'],
    beside: { 'a pod has eth0 and lo, and nothing else': 'fail', [BOTH_DIRECTIONS]: 'fail' },
    broken: {
      steps: [
        {
          at: 'pod-to-pod-2',
          run: 'ip link set eth0 down && ip link set eth0 name lower && ip link add eth0 link lower type macvlan && ip link set lower up && ip link set eth0 up',
        },
      ],
      undo: [{ remake: 'pod-to-pod-2' }],
    },
  },
  {
    breaks: "the node's end of a pod's veth is in another network namespace",
    experiment: 'veth-pairs',
    fails: [BOTH_DIRECTIONS],
    beside: { [GATEWAY_M02]: 'fail' },
    broken: awayFrom('pod-to-pod-1'),
  },
  {
    breaks: 'neither pod of minikube-m02 has a veth there',
    experiment: 'veth-pairs',
    fails: [EVERY_POD],
    beside: { [BOTH_DIRECTIONS]: 'fail', [GATEWAY_M02]: 'fail' },
    broken: awayFrom('pod-to-pod-1', 'pod-to-pod-3'),
  },
  {
    breaks: 'one host veth on minikube has another address than the gateway',
    experiment: 'veth-pairs',
    fails: ['every host veth on minikube carries the same gateway address, as a /32'],
    broken: gateway('minikube', 'shared', '10.244.0.1/32', '10.244.0.254/32'),
  },
  {
    breaks: 'one host veth on minikube-m02 has the gateway with the whole range',
    experiment: 'veth-pairs',
    fails: [GATEWAY_M02],
    broken: gateway('minikube-m02', 'pod-to-pod-1', '10.244.1.1/32', '10.244.1.1/24'),
  },
  {
    breaks: 'a bridge is on minikube',
    experiment: 'veth-pairs',
    fails: ['there is no bridge, and no host veth is a port of anything'],
    broken: live('minikube', 'ip link add cni0 type bridge', 'ip link del cni0'),
  },
];

function gateway(node: string, pod: string, was: string, is: string) {
  const dev = `dev \${${pod}.hostVeth}`;
  const instead = (one: string, other: string) =>
    `ip address add ${other} ${dev} && ip address del ${one} ${dev}`;
  return live(node, instead(was, is), instead(is, was));
}

/** Its node's pods: on its link. */
function onLink(pod: string, node: 0 | 1): Live {
  const [own, range] = [`src 10.244.${node}.2`, `10.244.${node}.0/24`];
  return live(
    pod,
    `ip route replace ${range} dev eth0 ${own}`,
    `ip route replace ${range} via 10.244.${node}.1 dev eth0 ${own}`,
  );
}

const routes: readonly Mutation[] = [
  {
    breaks: "the pods of a pod's own node are on its link, not behind .1",
    experiment: 'routes',
    fails: ["a pod reaches everything, its own node's pods included, through .1, and .1 over the link"],
    broken: onLink('pod-to-pod-2', 0),
  },
  {
    breaks: 'minikube has no route to one of its pods',
    experiment: 'routes',
    fails: ["minikube has a host route for each local pod, and one route for the other node's pods"],
    broken: live(
      'minikube',
      'ip route del ${shared.address}',
      'ip route add ${shared.address} dev ${shared.hostVeth} scope host',
    ),
  },
  {
    breaks: "minikube sends the other node's pods to its default gateway",
    experiment: 'routes',
    fails: ["minikube has a host route for each local pod, and one route for the other node's pods"],
    broken: live(
      'minikube',
      'ip route replace 10.244.1.0/24 via 192.168.49.1 dev eth0',
      'ip route replace 10.244.1.0/24 via 192.168.49.3 dev eth0',
    ),
  },
  {
    breaks: "a pod's route on minikube-m02 leads into the other pod's veth",
    experiment: 'routes',
    fails: ['minikube-m02 mirrors it'],
    broken: live(
      'minikube-m02',
      'ip route replace ${pod-to-pod-1.address} dev ${pod-to-pod-3.hostVeth} scope host',
      'ip route replace ${pod-to-pod-1.address} dev ${pod-to-pod-1.hostVeth} scope host',
    ),
  },
];

/** Somebody else has it, too. */
const leaked = (check: string, at: string, what: 'address' | 'route' | 'rule', dev = 'eth0'): Mutation => {
  const made = {
    address: ['198.51.100.7/32 dev lo', 'an address'],
    route: [`198.51.100.64/26 dev ${dev}`, 'a route'],
    rule: ['from 198.51.100.7 lookup 100 priority 1000', 'a rule'],
  } as const;
  const [row, words] = made[what];
  return {
    breaks: `${words} like one that was added in pod-to-pod-1 is in ${at}`,
    experiment: 'isolation',
    fails: [check],
    broken: live(at, `ip ${what} add ${row}`, `ip ${what} del ${row}`),
  };
};

const isolation: readonly Mutation[] = [
  {
    breaks: 'a pod without a route to its gateway takes no further one',
    experiment: 'isolation',
    fails: ['the pod itself has all three'],
    beside: { 'add an address, a route and a rule in pod-to-pod-1': 'fail' },
    broken: live(
      'pod-to-pod-1',
      'ip route save > /run/routes && ip route flush dev eth0',
      'ip route restore < /run/routes',
    ),
  },
  leaked('the pod beside it on the same node has none', 'pod-to-pod-3', 'address'),
  leaked('nor has the pod on the other node', 'pod-to-pod-2', 'rule'),
  leaked('nor the pod with two containers', 'shared', 'address'),
  leaked("nor the pod's own node", 'minikube-m02', 'route'),
  leaked('nor the other node', 'minikube', 'rule'),
  {
    breaks: 'a container has a network namespace of its own',
    experiment: 'shared-netns',
    fails: ['both containers of shared are in one netns'],
    broken: {
      variant: [
        ['      - name: client\n', '      - name: client\n        command: [unshare, -n, sleep, infinity]\n'],
      ],
      steps: [{ at: 'shared', run: 'while busybox pidof unshare; do sleep 0.01; done' }],
    },
  },
  {
    breaks: 'two pods are in one network namespace',
    experiment: 'shared-netns',
    fails: ['no two pods are'],
    broken: { sandbox: 'pod-to-pod-3', of: 'pod-to-pod-1' },
  },
];

const sharedLoopback: readonly Mutation[] = [
  {
    breaks: 'a pod refuses what comes from its own 127.0.0.1',
    experiment: 'shared-loopback',
    fails: ['the other container of the pod connects to 127.0.0.1'],
    broken: rule('shared', 'filter', 'INPUT -i lo -p tcp --dport 8080 -j REJECT --reject-with tcp-reset'),
  },
  {
    breaks: 'what comes to the address of a pod is led on to its 127.0.0.1',
    experiment: 'shared-loopback',
    fails: ["another pod cannot, at the pod's address"],
    broken: together(
      sysctl('shared', 'conf/eth0/route_localnet', 1, 0),
      rule('shared', 'nat', 'PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 127.0.0.1'),
    ),
  },
  {
    breaks: 'another pod has a server at its own 127.0.0.1',
    experiment: 'shared-loopback',
    fails: ['and 127.0.0.1 of another pod is another 127.0.0.1'],
    broken: meanwhile(
      'pod-to-pod-2',
      'httpd',
      'exec busybox httpd -f -p 127.0.0.1:8080 -h /run/shared',
      'until busybox wget -q -O - http://127.0.0.1:8080/; do sleep 0.01; done',
    ),
  },
];

const ANSWERED = 'every request is answered, once';
const FORETOLD = "every packet is seen wherever the kernel's tables say, and nowhere else";
const SAME_NODE = 'a request is routed from one veth to the other, which takes one off the TTL';
const SAME_WAY_BACK = 'the reply takes the same way back';
const ASKS_GATEWAY = 'the pod asks by ARP for its gateway, and never for the other pod';
const TWO_ROUTERS = 'two routers on the way take two off the TTL';
const OWN_ADDRESSES = "both addresses are the pods' own all the way, and nothing is wrapped around them";

/** What the one sends to the other leaves its node, and comes back from the other node. */
function detour(from: string, to: string): Live {
  const route = `\${${to}.address} via 192.168.49.2 table 77`;
  const rule = `iif \${${from}.hostVeth} lookup 77 priority 100`;
  return live(
    'minikube-m02',
    `ip route add ${route} && ip rule add ${rule}`,
    `ip rule del ${rule} && ip route del ${route}`,
  );
}

const journeys: readonly Mutation[] = [
  {
    breaks: 'the target answers no echo request',
    experiment: 'journey-same-node',
    fails: [ANSWERED],
    beside: { [SAME_WAY_BACK]: 'fail' },
    broken: deaf('pod-to-pod-3'),
  },
  {
    breaks: 'a queue swallows what goes to the target',
    experiment: 'journey-same-node',
    fails: [FORETOLD],
    beside: { [ANSWERED]: 'fail', [SAME_NODE]: 'fail', [SAME_WAY_BACK]: 'fail' },
    broken: swallowing('minikube-m02', '${pod-to-pod-3.hostVeth}'),
  },
  {
    breaks: 'the node sends requests round by the other node',
    experiment: 'journey-same-node',
    fails: [SAME_NODE],
    broken: detour('pod-to-pod-1', 'pod-to-pod-3'),
  },
  {
    breaks: 'the node sends replies round by the other node',
    experiment: 'journey-same-node',
    fails: [SAME_WAY_BACK],
    broken: detour('pod-to-pod-3', 'pod-to-pod-1'),
  },
  {
    breaks: 'a pod takes the others of its node for neighbours, and the node answers for them',
    experiment: 'journey-same-node',
    fails: [ASKS_GATEWAY],
    broken: together(
      sysctl('minikube-m02', 'conf/${pod-to-pod-1.hostVeth}/proxy_arp', 1, 0),
      onLink('pod-to-pod-1', 1),
    ),
  },
  {
    breaks: 'the target answers no echo request',
    experiment: 'journey-across-nodes',
    fails: [ANSWERED],
    broken: deaf('pod-to-pod-1'),
  },
  {
    breaks: 'a queue swallows what goes to the other node',
    experiment: 'journey-across-nodes',
    fails: [FORETOLD],
    beside: { [ANSWERED]: 'fail', [TWO_ROUTERS]: 'fail', [OWN_ADDRESSES]: 'fail' },
    broken: swallowing('minikube', 'eth0'),
  },
  {
    breaks: 'a pod sends with another TTL than Linux does by default',
    experiment: 'journey-across-nodes',
    fails: [TWO_ROUTERS],
    broken: ttl60('pod-to-pod-2'),
  },
  {
    breaks: 'pods are masqueraded on their way to the other node',
    experiment: 'journey-across-nodes',
    fails: [OWN_ADDRESSES],
    broken: rule('minikube', 'nat', 'POSTROUTING -s 10.244.0.0/16 -o eth0 -j MASQUERADE'),
  },
];

export const KINDNET_MUTATIONS: readonly Mutation[] = [
  ...cluster,
  ...cniConfig,
  ...vethPairs,
  ...routes,
  ...isolation,
  ...sharedLoopback,
  ...journeys,
];
