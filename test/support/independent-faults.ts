// Ten faults written by somebody who had not read the diagnosis, with what an expert would blame. Change no expectation to suit it.

/**
 * In commands and culprits, `${pod.mac}` and `${pod.hostVeth}` stand for what the kernel gave that pod; addresses are the
 * lab files' own.
 */
export interface IndependentFault {
  /** As somebody would tell it who did it. */
  readonly title: string;
  readonly lab: 'kindnet' | 'flannel';
  readonly inject: readonly Step[];
  readonly undo: readonly Step[];
  /** Works before, fails while the fault is there, and works again after. */
  readonly flow: Step;
  readonly culprit: Culprit;
}

export interface Step {
  readonly at: string;
  /** For `sh -c`. */
  readonly run: string;
}

export interface Culprit {
  readonly host: string;
  readonly table:
    | 'interfaces'
    | 'addresses'
    | 'routes'
    | 'rules'
    | 'neighbours'
    | 'fdb'
    | 'netfilter'
    | 'sysctls';
  /** Must be among the words. */
  readonly subject: string;
}

const ping = (address: string, options = '') => `ping -n -c 1 -W 1 ${options} ${address}`;

/** The kernel forgets a device's neighbours when its MAC changes (neigh_changeaddr); flanneld tells it again. */
const newVtepMac = (mac: string) =>
  [
    "peer=$(ip neigh show 10.42.0.0 dev flannel.1 | awk '{ print $3 }')",
    `ip link set flannel.1 address ${mac}`,
    'ip neigh replace 10.42.0.0 lladdr $peer dev flannel.1 nud permanent',
  ].join(' && ');

const MTU_1450_LESS_HEADERS = 1450 - 20 - 8;

export const INDEPENDENT_FAULTS: readonly IndependentFault[] = [
  {
    title: 'policy routing for a second uplink sends pods to a router that is not there',
    lab: 'kindnet',
    inject: [
      {
        at: 'minikube',
        run: 'ip route add default via 192.168.49.1 dev eth0 table 100 && ip rule add from 10.244.0.0/24 lookup 100 priority 1000',
      },
    ],
    undo: [
      {
        at: 'minikube',
        run: 'ip rule del from 10.244.0.0/24 lookup 100 priority 1000 && ip route del default table 100',
      },
    ],
    flow: { at: 'pod-to-pod-2', run: ping('10.244.1.2') },
    culprit: { host: 'minikube', table: 'rules', subject: '10.244.0.0/24' },
  },
  {
    // The gateway of a pod is a /32 on the veth: nobody is in its subnet, so that with 2 nobody is answered. The node
    // forgets the pod first: while it knows it, it may probe for it, and from a probe the pod learns the gateway's MAC.
    title: 'a hardening guide sets arp_ignore to 2',
    lab: 'kindnet',
    inject: [
      { at: 'minikube', run: 'ip neigh flush all && echo 2 > /proc/sys/net/ipv4/conf/all/arp_ignore' },
      { at: 'pod-to-pod-2', run: 'ip neigh flush all' },
    ],
    undo: [
      { at: 'minikube', run: 'echo 0 > /proc/sys/net/ipv4/conf/all/arp_ignore' },
      { at: 'pod-to-pod-2', run: 'ip neigh flush all' },
    ],
    flow: { at: 'pod-to-pod-2', run: ping('10.244.1.2') },
    culprit: { host: 'minikube', table: 'sysctls', subject: 'arp_ignore' },
  },
  {
    title: "a pod's address is set again by hand, with the prefix length of the whole cluster",
    lab: 'kindnet',
    inject: [
      {
        at: 'pod-to-pod-2',
        run: 'ip address add 10.244.0.2/16 dev eth0 && ip address del 10.244.0.2/24 dev eth0',
      },
    ],
    undo: [
      {
        at: 'pod-to-pod-2',
        run: 'ip address add 10.244.0.2/24 brd + dev eth0 noprefixroute && ip address del 10.244.0.2/16 dev eth0',
      },
    ],
    flow: { at: 'pod-to-pod-2', run: ping('10.244.1.2') },
    culprit: { host: 'pod-to-pod-2', table: 'addresses', subject: '10.244.0.2/16' },
  },
  {
    title: "a sidecar's source NAT inside a pod gives it an address that nobody has a route to",
    lab: 'kindnet',
    inject: [
      {
        at: 'pod-to-pod-3',
        run: 'iptables -t nat -A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.33',
      },
    ],
    undo: [
      {
        at: 'pod-to-pod-3',
        run: 'iptables -t nat -D POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.33',
      },
    ],
    flow: { at: 'pod-to-pod-3', run: ping('10.244.0.2') },
    culprit: { host: 'pod-to-pod-3', table: 'netfilter', subject: '192.0.2.33' },
  },
  {
    // What the other node sends then has one of minikube's own addresses as its source: a martian.
    title: "a service address is put on a node, and it is the other node's own",
    lab: 'kindnet',
    inject: [{ at: 'minikube', run: 'ip address add 192.168.49.3/32 dev lo' }],
    undo: [{ at: 'minikube', run: 'ip address del 192.168.49.3/32 dev lo' }],
    flow: { at: 'minikube-m02', run: ping('192.168.49.2') },
    culprit: { host: 'minikube', table: 'addresses', subject: '192.168.49.3' },
  },
  {
    // systemd's MACAddressPolicy=persistent does this to flannel.1 (flannel issue 1155).
    title: 'a VTEP gets another MAC than the one that flanneld told the other nodes',
    lab: 'flannel',
    inject: [
      {
        at: 'k3s-agent',
        run: `cat /sys/class/net/flannel.1/address > /run/told && ${newVtepMac('5e:00:00:00:0a:0b')}`,
      },
    ],
    undo: [{ at: 'k3s-agent', run: `${newVtepMac('$(cat /run/told)')} && rm /run/told` }],
    flow: { at: 'pod1', run: ping('10.42.1.2') },
    culprit: { host: 'k3s-agent', table: 'interfaces', subject: 'flannel.1' },
  },
  {
    title: "port security on the bridge knows a pod's MAC with the address of its predecessor",
    lab: 'flannel',
    inject: [
      {
        at: 'k3s-server',
        run: [
          'nft add table bridge antispoof',
          "nft 'add chain bridge antispoof forward { type filter hook forward priority -200; policy accept; }'",
          "nft 'add rule bridge antispoof forward ether saddr ${pod1.mac} ip saddr != 10.42.0.99 drop'",
        ].join(' && '),
      },
    ],
    undo: [{ at: 'k3s-server', run: 'nft delete table bridge antispoof' }],
    flow: { at: 'pod1', run: ping('10.42.0.3') },
    culprit: { host: 'k3s-server', table: 'netfilter', subject: '10.42.0.99' },
  },
  {
    // A veth drops what is longer than its MTU on arrival, without a word to the sender.
    title:
      "one node's uplink has a smaller MTU than the tunnel was made for: small packets pass, big ones vanish",
    lab: 'flannel',
    inject: [{ at: 'k3s-agent', run: 'ip link set eth0 mtu 1400' }],
    undo: [{ at: 'k3s-agent', run: 'ip link set eth0 mtu 1500' }],
    flow: { at: 'pod1', run: ping('10.42.1.2', `-M do -s ${MTU_1450_LESS_HEADERS}`) },
    culprit: { host: 'k3s-agent', table: 'interfaces', subject: 'eth0' },
  },
  {
    title: "a pod's own address is gone from its table local, though it is still on eth0",
    lab: 'flannel',
    inject: [
      { at: 'pod4', run: 'ip route del local 10.42.1.2 dev eth0 table local' },
      { at: 'k3s-agent', run: 'ip neigh flush dev cni0' },
    ],
    undo: [
      {
        at: 'pod4',
        run: 'ip route add local 10.42.1.2 dev eth0 proto kernel scope host src 10.42.1.2 table local',
      },
      { at: 'k3s-agent', run: 'ip neigh flush dev cni0' },
    ],
    flow: { at: 'pod1', run: ping('10.42.1.2') },
    culprit: { host: 'pod4', table: 'routes', subject: '10.42.1.2' },
  },
  {
    title: "a pod's MAC is pinned to the bridge port that another pod has now",
    lab: 'flannel',
    inject: [
      {
        at: 'k3s-server',
        run: 'bridge fdb replace ${pod2.mac} dev ${pod3.hostVeth} master static sticky',
      },
    ],
    undo: [
      {
        at: 'k3s-server',
        run: 'bridge fdb del ${pod2.mac} dev ${pod3.hostVeth} master',
      },
      // A frame of the pod itself tells the bridge where it is.
      { at: 'pod2', run: ping('10.42.0.1') },
    ],
    flow: { at: 'pod1', run: ping('10.42.0.3') },
    culprit: { host: 'k3s-server', table: 'fdb', subject: '${pod2.mac}' },
  },
];
