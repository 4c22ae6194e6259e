// Shell text that makes the way out of a cluster: a router on the underlay, and a host behind it on a cable of its own.
import type { Lab, LabOutside } from '../../lab/lab.ts';
import type { ClusterSpec } from '../backend.ts';
import { endNodesScript, gatewayAddress, pidOf, plugInLines, startScript, UNDERLAY } from './node-scripts.ts';

/**
 * The router has the nodes' default gateway address. It knows the two networks it is plugged into, and no pods: an answer
 * to a pod's own address ends there, as it would beyond a real cluster. The outside host forwards nothing.
 */
export function outsideScript({ cidr, router, host }: LabOutside, underlay: Lab['underlay']): string {
  const prefix = cidr.split('/')[1];
  return [
    startScript([router, host]),
    'ip -batch - <<END',
    ...plugInLines(router),
    'END',
    `nsenter -t ${pidOf(router)} -n ip -batch - <<END`,
    'link set lo up',
    `addr add ${gatewayAddress(underlay)} dev eth0`,
    'link set eth0 up',
    `link add eth1 type veth peer name eth0 netns ${pidOf(host)}`,
    `addr add ${router.outsideAddress}/${prefix} dev eth1`,
    'link set eth1 up',
    'END',
    `nsenter -t ${pidOf(host)} -n ip -batch - <<END`,
    'link set lo up',
    `addr add ${host.address}/${prefix} dev eth0`,
    'link set eth0 up',
    `route add default via ${router.outsideAddress}`,
    'END',
    `nsenter -t ${pidOf(host)} -n sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'`,
  ].join('\n');
}

/**
 * Takes the gateway address from the sandbox, so that a router can have it, and makes the nodes ask anew who has it. What
 * an earlier try has left, one that was cut off, goes first.
 */
export function handOverGatewayScript(
  { underlay, nodes }: Pick<ClusterSpec, 'underlay' | 'nodes'>,
  { router, host }: LabOutside,
): string {
  return [
    ...[router, host].map(({ name }) => `[ ! -e /lab/node-${name} ] || { ${endNodesScript([name])}; }`),
    `ip addr del ${gatewayAddress(underlay)} dev ${UNDERLAY} 2> /dev/null || true`,
    ...nodes.map(
      ({ name }) =>
        `read -r pid < /lab/node-${name} && nsenter -t "$pid" -n ip neigh flush to ${underlay.gateway}`,
    ),
  ].join('\n');
}
