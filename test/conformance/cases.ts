// The networks that both runtimes are given: what people chain, and what goes wrong.
import { type ConformanceCase, type PluginObject, VERSIONS } from './conformance-case.ts';

const DEFAULT4 = { dst: '0.0.0.0/0' };
const DEFAULT6 = { dst: '::/0' };
const RANGE4 = [{ subnet: '10.22.0.0/24' }];
const RANGE6 = [{ subnet: 'fd00:22::/64' }];

const ipv4 = { type: 'host-local', ranges: [RANGE4], routes: [DEFAULT4] };
const ipv6 = { type: 'host-local', ranges: [RANGE6], routes: [DEFAULT6] };
const dual = { type: 'host-local', ranges: [RANGE4, RANGE6], routes: [DEFAULT4, DEFAULT6] };

const bridge = (ipam: object = ipv4, more: object = {}): PluginObject => ({
  type: 'bridge',
  bridge: 'cni0',
  isGateway: true,
  ...more,
  ipam,
});
const portmap = { type: 'portmap', capabilities: { portMappings: true } };
const portMappings = [
  { hostPort: 8080, containerPort: 80, protocol: 'tcp' },
  { hostPort: 5353, containerPort: 53, protocol: 'udp' },
];
/** An interface of the node that has a carrier, for plugins that build on one. */
const UPLINK = 'ip link add up0 type veth peer name far0; ip link set up0 up; ip link set far0 up';

/** Networks of the reference plugins, from birth to loss. */
const NETWORKS: readonly ConformanceCase[] = [
  { name: 'bridge', about: 'bridge, host-local; IPv4', plugins: [bridge()] },
  { name: 'bridge-ipv6', about: 'the same; IPv6', plugins: [bridge(ipv6)] },
  {
    name: 'bridge-dual',
    about: 'both families, masquerade, hairpin',
    plugins: [bridge(dual, { ipMasq: true, hairpinMode: true, mtu: 1450 })],
  },
  { name: 'ptp', about: 'ptp, host-local; IPv4', plugins: [{ type: 'ptp', ipam: ipv4 }] },
  {
    name: 'ptp-dual',
    about: 'both families, masquerade',
    plugins: [{ type: 'ptp', ipMasq: true, mtu: 1400, ipam: dual }],
  },
  {
    name: 'kindnet',
    about: 'as kindnetd writes it; a port of the node',
    plugins: [
      { type: 'ptp', ipMasq: false, ipam: { ...ipv4, dataDir: '/run/cni-ipam-state' }, mtu: 1500 },
      portmap,
    ],
    args: { K8S_POD_NAMESPACE: 'default', K8S_POD_NAME: 'pod-1', IP: '10.22.0.9' },
    capabilityArgs: { portMappings },
  },
  {
    name: 'bridge-portmap',
    about: 'bridge, portmap; both families, TCP and UDP',
    plugins: [bridge(dual), { ...portmap, snat: true }],
    capabilityArgs: { portMappings },
  },
  {
    name: 'bridge-firewall',
    about: 'bridge, firewall with iptables',
    plugins: [bridge(), { type: 'firewall', backend: 'iptables' }],
  },
  {
    name: 'bridge-bandwidth',
    about: 'bridge, bandwidth as a capability',
    plugins: [bridge(), { type: 'bandwidth', capabilities: { bandwidth: true } }],
    capabilityArgs: {
      bandwidth: { ingressRate: 8e6, ingressBurst: 1e6, egressRate: 8e6, egressBurst: 1e6 },
    },
  },
  {
    name: 'bridge-tuning',
    about: 'bridge, tuning: sysctl, MTU, a MAC address as a capability',
    plugins: [
      bridge(),
      {
        type: 'tuning',
        capabilities: { mac: true },
        mtu: 1400,
        sysctl: { 'net.core.somaxconn': '500', 'net.ipv4.conf.IFNAME.arp_filter': '1' },
      },
    ],
    capabilityArgs: { mac: '02:00:00:00:00:42' },
  },
  {
    name: 'bridge-sbr',
    about: 'bridge, source-based routing',
    plugins: [bridge(), { type: 'sbr' }],
  },
  {
    name: 'bridge-static',
    about: 'static IPAM: addresses, a route and DNS of the configuration',
    plugins: [
      bridge({
        type: 'static',
        addresses: [{ address: '10.22.0.5/24', gateway: '10.22.0.1' }, { address: 'fd00:22::5/64' }],
        routes: [DEFAULT4, { dst: '10.99.0.0/16', gw: '10.22.0.254' }],
        dns: { nameservers: ['10.22.0.1'], domain: 'example', search: ['a.example'] },
      }),
    ],
  },
  {
    name: 'bridge-ips',
    about: 'addresses and a MAC address that the runtime asks for',
    plugins: [{ ...bridge(dual), capabilities: { ips: true, mac: true, aliases: false } }],
    capabilityArgs: {
      ips: ['10.22.0.77/24', 'fd00:22::77/64'],
      mac: '02:00:00:00:00:77',
      aliases: ['web'],
      dns: { servers: ['10.0.0.1'] },
    },
  },
  {
    name: 'everything',
    about: 'bridge, bandwidth, firewall, tuning, portmap; both families',
    plugins: [
      bridge(dual, { ipMasq: true }),
      { type: 'bandwidth', ingressRate: 8e6, ingressBurst: 1e6, egressRate: 8e6, egressBurst: 1e6 },
      { type: 'firewall', backend: 'iptables' },
      { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } },
      portmap,
    ],
    capabilityArgs: { portMappings },
  },
  {
    name: 'flannel',
    about: 'flannel, which writes the bridge’s configuration itself; portmap',
    plugins: [{ type: 'flannel', delegate: { hairpinMode: true, isDefaultGateway: true } }, portmap],
    capabilityArgs: { portMappings },
    prepare: `mkdir -p /run/flannel; printf 'FLANNEL_NETWORK=10.22.0.0/16\nFLANNEL_SUBNET=10.22.1.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n' > /run/flannel/subnet.env`,
  },
  { name: 'loopback', about: 'the loopback interface', plugins: [{ type: 'loopback' }], ifName: 'lo' },
  {
    name: 'host-device',
    about: 'an interface of the node, moved and given back',
    plugins: [{ type: 'host-device', device: 'hd0', ipam: ipv4 }],
    prepare: 'ip link add hd0 type veth peer name far0; ip link set far0 up; ip link set hd0 up',
    // An interface that the kernel destroys with the namespace is in the node no more.
    steps: ['status', 'add', 'check', 'del', 'del again', 'add anew', 'gc'],
  },
  {
    name: 'macvlan',
    about: 'macvlan on an interface of the node',
    plugins: [{ type: 'macvlan', master: 'up0', mode: 'bridge', ipam: ipv4 }],
    prepare: UPLINK,
  },
  {
    name: 'ipvlan',
    about: 'ipvlan on an interface of the node',
    plugins: [{ type: 'ipvlan', master: 'up0', mode: 'l2', ipam: ipv4 }],
    prepare: UPLINK,
  },
  {
    name: 'vlan',
    about: 'VLAN 100 on an interface of the node',
    plugins: [{ type: 'vlan', master: 'up0', vlanId: 100, ipam: ipv4 }],
    prepare: UPLINK,
  },
  { name: 'dummy', about: 'a dummy interface', plugins: [{ type: 'dummy', ipam: ipv4 }] },
  { name: 'tap', about: 'a tap interface', plugins: [{ type: 'tap', ipam: ipv4 }] },
  {
    name: 'bridge-vrf',
    about: 'bridge, an interface in a VRF',
    plugins: [bridge(), { type: 'vrf', vrfname: 'blue' }],
  },
];

const DAMAGE = 'nsenter --net=/run/netns/pod ip addr flush dev eth0';

/** Only plugins that answer always the same: what libcni tells them is recorded, and can be compared without it. */
export const PROTOCOL: ConformanceCase = {
  name: 'protocol',
  about: 'what plugins are told, with every kind of argument there is',
  plugins: [
    {
      type: 'stand-in-versions',
      answer: 'asked',
      capabilities: { portMappings: true, bandwidth: false, ips: true },
      args: { mine: [1] },
      deep: { kept: [null, 'as it is', 1.5] },
    },
    { type: 'stand-in-versions', answer: 'asked', capabilities: { mac: true } },
  ],
  args: { K8S_POD_NAME: 'pod-1', A: 'b' },
  capabilityArgs: { portMappings, mac: '02:00:00:00:00:42', bandwidth: { ingressRate: 1 } },
  versions: VERSIONS,
};

/** What a configuration can say to the runtime, and what can go wrong. */
const SITUATIONS: readonly ConformanceCase[] = [
  PROTOCOL,
  {
    name: 'versions',
    about: 'cniVersions: the highest that is known is spoken',
    plugins: [bridge()],
    keys: { cniVersions: ['0.3.1', '0.4.0', '1.0.0', '2.0.0'] },
    versions: ['0.3.1', '1.1.0'],
    steps: ['status', 'add', 'check', 'del'],
  },
  {
    name: 'damaged',
    about: 'CHECK after the pod has lost its address',
    plugins: [bridge(), portmap],
    capabilityArgs: { portMappings },
    damage: DAMAGE,
    steps: ['add', 'check', 'check damaged', 'del'],
  },
  {
    name: 'disableCheck',
    about: 'CHECK of a damaged pod where it is switched off',
    plugins: [bridge()],
    keys: { disableCheck: true },
    damage: DAMAGE,
    steps: ['add', 'check damaged', 'del'],
  },
  {
    name: 'disableGC',
    about: 'GC where it is switched off: nothing is removed',
    plugins: [bridge()],
    keys: { disableGC: 'TRUE' },
    steps: ['add', 'gc', 'del'],
  },
  {
    name: 'never-added',
    about: 'CHECK and DEL of what was never added',
    plugins: [bridge()],
    steps: ['check', 'del'],
  },
  {
    name: 'add-twice',
    about: 'a second ADD without a DEL between',
    plugins: [bridge()],
    steps: ['add', 'add again', 'check', 'del'],
  },
  {
    name: 'refused',
    about: 'the second plugin of three refuses ADD',
    plugins: [bridge(), { type: 'tuning', sysctl: { 'net.core.no_such_thing': '1' } }, portmap],
    capabilityArgs: { portMappings },
    steps: ['add', 'del', 'gc'],
  },
  {
    name: 'missing',
    about: 'the second plugin is not there',
    plugins: [bridge(), { type: 'no-such-plugin' }],
    steps: ['add', 'del'],
  },
  {
    name: 'exhausted',
    about: 'no address is left',
    plugins: [bridge({ type: 'host-local', ranges: [[{ subnet: '10.22.0.0/30' }]] })],
    prepare:
      'mkdir -p /var/lib/cni/networks/lab.net; printf "other\\r\\neth0" > /var/lib/cni/networks/lab.net/10.22.0.2',
    steps: ['status', 'add', 'del'],
  },
  {
    name: 'plugin-files',
    about: 'a plugin of the directory that is called like the network',
    plugins: [bridge()],
    pluginFiles: {
      '20-tuning.conf': { type: 'tuning', sysctl: { 'net.core.somaxconn': '500' } },
      '30-portmap.conf': portmap,
      'notes.txt': { type: 'nothing' },
    },
    capabilityArgs: { portMappings },
    steps: ['status', 'add', 'check', 'del', 'add anew', 'gc'],
  },
  {
    name: 'plugin-files-only',
    about: 'no plugin but those of the directory',
    plugins: [],
    pluginFiles: { '10-bridge.conf': bridge() },
    steps: ['add', 'check', 'del'],
  },
  {
    name: 'loadOnlyInlinedPlugins',
    about: 'the directory is there, and is not to be read',
    plugins: [bridge()],
    keys: { loadOnlyInlinedPlugins: true },
    pluginFiles: { '20-nothing.conf': { type: 'no-such-plugin' } },
    steps: ['add', 'check', 'del'],
  },
  {
    name: 'reserved-keys',
    about: 'keys that only a runtime may set, in the configuration',
    plugins: [
      {
        ...bridge(),
        capabilities: { mac: true },
        name: 'other',
        cniVersion: '0.2.0',
        args: { cni: { ips: ['10.22.0.66'] }, mine: [1] },
        unknown: { kept: [null, 'as it is'] },
        'cni.dev/mine': 1,
      },
    ],
    steps: ['add', 'check', 'del', 'add anew', 'gc'],
  },
  ...(['no', 'older', 'newer', 'null'] as const).map(
    (answer): ConformanceCase => ({
      name: `result-${answer}`,
      about: {
        no: 'plugins whose results do not say their version',
        older: 'plugins that answer in 0.3.1, whatever they are asked in',
        newer: 'plugins that answer in 1.0.0, whatever they are asked in',
        null: 'plugins that end well and print "null"',
      }[answer],
      plugins: [
        { type: 'stand-in-versions', answer },
        { type: 'stand-in-versions', answer },
      ],
      // Where one side takes the result and the other does not, only DEL can follow.
      steps: answer === 'null' ? ['add', 'del'] : ['add', 'check', 'del', 'add anew', 'gc'],
    }),
  ),
];

/** Of situations, the versions around each change of the protocol; networks are tried with all. */
const TURNS = ['0.3.1', '0.4.0', '1.1.0'];

export const CASES: readonly ConformanceCase[] = [
  ...NETWORKS,
  ...SITUATIONS.map((one) => ({ versions: TURNS, ...one })),
];
