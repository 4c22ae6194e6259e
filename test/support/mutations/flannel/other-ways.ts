// Other ways between the nodes of lab flannel than the one it has.
import { live } from '../breaks.ts';
import type { Live } from '../mutation.ts';

/** flannel.1 made anew with that; flannel's own neighbour, forwarding entry and route are set again. */
export const otherVxlan = (at: string, words: string, table: Readonly<Record<string, string>>): Live => ({
  steps: [
    {
      at,
      run: [
        'mac=$(cat /sys/class/net/flannel.1/address)',
        'ip link del flannel.1',
        `ip link add flannel.1 address $mac mtu 1450 type vxlan ${words} local \${${at}.address} dev eth0`,
        `ip address add ${table.own} dev flannel.1`,
        'ip link set flannel.1 up',
        `ip neigh replace ${table.peer} lladdr \${${table.node}.vtepMac} dev flannel.1 nud permanent`,
        `bridge fdb replace \${${table.node}.vtepMac} dev flannel.1 dst \${${table.node}.address}`,
        `ip route replace ${table.peer}/24 via ${table.peer} dev flannel.1 onlink`,
      ].join(' && '),
    },
  ],
  undo: [{ at, run: 'ip link del flannel.1' }, { rewire: true }],
});
export const SERVER = { own: '10.42.0.0/32', peer: '10.42.1.0', node: 'k3s-agent' };
export const AGENT = { own: '10.42.1.0/32', peer: '10.42.0.0', node: 'k3s-server' };

/** Unwrapped, as flannel's backend host-gw does it. */
export function hostGateway(at: string, range: string, peer: string): Live {
  return live(
    at,
    `ip route replace ${range}/24 via \${${peer}.address} dev eth0`,
    `ip route replace ${range}/24 via ${range} dev flannel.1 onlink`,
  );
}
