// Lab flannel, the way between its nodes, broken one rule at a time.
import { deaf, live, meanwhile, rule, swallowing, sysctl, together, ttl60 } from '../breaks.ts';
import type { Mutation } from '../mutation.ts';
import { AGENT, hostGateway, otherVxlan, SERVER } from './other-ways.ts';

const ANSWERED = 'every request is answered, two routers away';
const FORETOLD = "every packet is seen wherever the kernel's tables say, and nowhere else";
const REQUEST = "a request goes by cni0, flannel.1 and eth0 to the other node's eth0, flannel.1 and cni0";
const REPLY = 'a reply comes back the same way';
const WIRE = "on the wire it is UDP 8472 with VNI 1 between the nodes, and inside the MACs are the VTEPs'";
const OWN_ADDRESS = "pod4 gets it from pod1's own address";
const ASKS_GATEWAY = 'on cni0 there is an ARP request for the gateway';
const NO_ARP = 'on flannel.1 there is none at all, though its tap sees the echoes';
const NO_NOISE = 'nor among what was seen beside the journeys';

export const TUNNEL_MUTATIONS: readonly Mutation[] = (
  [
    {
      breaks: 'the target answers no echo request',
      fails: [ANSWERED],
      beside: { [REPLY]: 'fail' },
      broken: deaf('pod4'),
    },
    {
      breaks: 'the target replies with a TTL that tells of more routers',
      fails: [ANSWERED],
      broken: ttl60('pod4'),
    },
    {
      breaks: 'a queue swallows what goes to the target',
      fails: [FORETOLD],
      beside: { [ANSWERED]: 'fail', [REQUEST]: 'fail', [REPLY]: 'fail', [OWN_ADDRESS]: 'fail' },
      broken: swallowing('k3s-agent', '${pod4.hostVeth}'),
    },
    {
      breaks: 'requests go to the other node unwrapped',
      fails: [REQUEST, WIRE],
      broken: hostGateway('k3s-server', '10.42.1.0', 'k3s-agent'),
    },
    {
      breaks: 'replies come back unwrapped',
      fails: [REPLY],
      broken: hostGateway('k3s-agent', '10.42.0.0', 'k3s-server'),
    },
    {
      breaks: 'the tunnel has another VNI at both ends',
      fails: [WIRE],
      broken: together(
        otherVxlan('k3s-server', 'id 2 dstport 8472 nolearning', SERVER),
        otherVxlan('k3s-agent', 'id 2 dstport 8472 nolearning', AGENT),
      ),
    },
    {
      breaks: 'pods are masqueraded on their way to the other node',
      fails: [OWN_ADDRESS],
      broken: rule('k3s-server', 'nat', 'POSTROUTING -s 10.42.0.0/24 -d 10.42.1.0/24 -j MASQUERADE'),
    },
    {
      breaks: "pod1 knows its gateway's MAC for good",
      fails: [ASKS_GATEWAY],
      broken: live(
        'pod1',
        'ip neigh replace 10.42.0.1 lladdr ${k3s-server.cni0Mac} dev eth0 nud permanent',
        'ip neigh del 10.42.0.1 dev eth0',
      ),
    },
    {
      breaks: 'flannel.1 has to ask for the other VTEP',
      fails: [NO_ARP],
      broken: live(
        'k3s-server',
        'bridge fdb append 00:00:00:00:00:00 dev flannel.1 dst ${k3s-agent.address} && ip neigh del 10.42.1.0 dev flannel.1',
        'bridge fdb del 00:00:00:00:00:00 dev flannel.1 dst ${k3s-agent.address}; ip neigh replace 10.42.1.0 lladdr ${k3s-agent.vtepMac} dev flannel.1 nud permanent',
      ),
    },
    {
      breaks: 'flannel.1 asks for a VTEP that nobody has told it of',
      fails: [NO_NOISE],
      broken: together(
        live(
          'k3s-server',
          'ip route add 10.42.9.0/24 via 10.42.9.0 dev flannel.1 onlink',
          'ip route del 10.42.9.0/24; ip neigh flush to 10.42.9.0 dev flannel.1',
        ),
        sysctl('k3s-server', 'neigh/flannel.1/retrans_time_ms', 20, 1000),
        meanwhile('k3s-server', 'asking', 'exec ping -i 0.1 10.42.9.9'),
      ),
    },
  ] as const
).map((mutation) => ({ experiment: 'vxlan-journey', ...mutation }));
