// Predicted paths as people read them: in words, as packets on interfaces, and as a drawing.
import { expect, test } from 'vitest';
import { predictExchange } from '../../../infra/predict/exchange.ts';
import { predict } from '../../../infra/predict/predict.ts';
import { mermaidPath, packetTable, pathTable } from '../../../infra/report/predicted-path.ts';
import { changed, predictable } from '../predict/recorded.ts';

const flannel = predictable('flannel');
const bridged = { from: 'pod-a', to: '10.42.0.3' };
const across = { from: 'pod-a', to: '10.42.1.2' };

test('every step in words, with the line of kernel state that took it', () => {
  expect(pathTable(predict(flannel, bridged))).toMatchInlineSnapshot(`
    "  #  STEP                                WHY
      1  pod-a → eth0                        source address 10.42.0.2
                                             route 10.42.0.0/24 dev eth0 proto kernel scope link src 10.42.0.2 (table main)
                                             neighbour 10.42.0.3 dev eth0 lladdr d6:12:0b:b4:21:92 REACHABLE
      2  pod-a eth0 → node-1 veth55d295e1    veth pair with pod-a eth0
      3  node-1 veth55d295e1 → veth6c006f47  FDB d6:12:0b:b4:21:92 dev veth6c006f47 master cni0
      4  node-1 veth6c006f47 → pod-b eth0    veth pair with node-1 veth6c006f47
      5  pod-b eth0                          route local 10.42.0.3 dev eth0 proto kernel scope host src 10.42.0.3 (table local)
                                             10.42.0.3 is pod-b's own
                                             delivered to 10.42.0.3 of pod-b"
  `);
});

test('copies of a flood are indented, and the end says why', () => {
  const forgetful = changed(flannel, 'node-1', ({ fdb }) => ({
    fdb: fdb.filter(({ mac }) => mac !== 'd6:12:0b:b4:21:92'),
  }));
  expect(pathTable(predict(forgetful, bridged))).toMatchInlineSnapshot(`
    "  #  STEP                                  WHY
      1  pod-a → eth0                          source address 10.42.0.2
                                               route 10.42.0.0/24 dev eth0 proto kernel scope link src 10.42.0.2 (table main)
                                               neighbour 10.42.0.3 dev eth0 lladdr d6:12:0b:b4:21:92 REACHABLE
      2  pod-a eth0 → node-1 veth55d295e1      veth pair with pod-a eth0
      3    node-1 veth55d295e1 → veth55d295e1  flood: cni0 has no FDB entry for d6:12:0b:b4:21:92, back to where it came from too (hairpin on)
      4    node-1 veth55d295e1 → pod-a eth0    veth pair with node-1 veth55d295e1
      5    pod-a eth0                          dropped (other-host): a frame for d6:12:0b:b4:21:92 is not for eth0 of pod-a (ae:cd:ce:8a:bb:01)
      6    node-1 veth55d295e1 → veth6c006f47  flood: cni0 has no FDB entry for d6:12:0b:b4:21:92
      7    node-1 veth6c006f47 → pod-b eth0    veth pair with node-1 veth6c006f47
      8    pod-b eth0                          route local 10.42.0.3 dev eth0 proto kernel scope host src 10.42.0.3 (table local)
                                               10.42.0.3 is pod-b's own
                                               delivered to 10.42.0.3 of pod-b"
  `);
});

test('what a tap on every interface would see: the outer packet above the inner one', () => {
  expect(packetTable(predict(flannel, across))).toMatchInlineSnapshot(`
    "   #  HOST    INTERFACE          MAC                                    ADDRESSES                                        TTL  BYTES
       1  pod-a   eth0          out  ae:cd:ce:8a:bb:01 → 06:73:0b:84:18:d8  10.42.0.2 → 10.42.1.2                             64     84
       2  node-1  veth55d295e1  in   ae:cd:ce:8a:bb:01 → 06:73:0b:84:18:d8  10.42.0.2 → 10.42.1.2                             64     84
       3  node-1  cni0          in   ae:cd:ce:8a:bb:01 → 06:73:0b:84:18:d8  10.42.0.2 → 10.42.1.2                             64     84
       4  node-1  flannel.1     out  0e:00:00:00:00:01 → 0e:00:00:00:00:02  10.42.0.2 → 10.42.1.2                             63     84
       5  node-1  eth0          out  9a:9d:1d:7f:3a:71 → aa:f0:e1:11:36:9a  192.168.49.2 → 192.168.49.3 (VXLAN 1, UDP 8472)   64    134
                                     0e:00:00:00:00:01 → 0e:00:00:00:00:02  10.42.0.2 → 10.42.1.2                             63     84
       6  node-2  eth0          in   9a:9d:1d:7f:3a:71 → aa:f0:e1:11:36:9a  192.168.49.2 → 192.168.49.3 (VXLAN 1, UDP 8472)   64    134
                                     0e:00:00:00:00:01 → 0e:00:00:00:00:02  10.42.0.2 → 10.42.1.2                             63     84
       7  node-2  flannel.1     in   0e:00:00:00:00:01 → 0e:00:00:00:00:02  10.42.0.2 → 10.42.1.2                             63     84
       8  node-2  cni0          out  ae:de:0c:fc:6a:9b → 16:90:96:a1:ad:02  10.42.0.2 → 10.42.1.2                             62     84
       9  node-2  veth947debd4  out  ae:de:0c:fc:6a:9b → 16:90:96:a1:ad:02  10.42.0.2 → 10.42.1.2                             62     84
      10  pod-d   eth0          in   ae:de:0c:fc:6a:9b → 16:90:96:a1:ad:02  10.42.0.2 → 10.42.1.2                             62     84"
  `);
});

test('a Mermaid sequence diagram: interfaces in boxes by host, request and reply', () => {
  const { request, reply } = predictExchange(flannel, bridged);
  expect(mermaidPath(reply ? [request, reply] : [request])).toMatchInlineSnapshot(`
    "sequenceDiagram
      autonumber
      box transparent pod-a
        participant pod_a__eth0 as eth0
      end
      box transparent node-1
        participant node_1__veth55d295e1 as veth55d295e1
        participant node_1__veth6c006f47 as veth6c006f47
      end
      box transparent pod-b
        participant pod_b__eth0 as eth0
      end
      Note over pod_a__eth0,pod_b__eth0: pod-a → 10.42.0.3
      pod_a__eth0->>pod_a__eth0: source address 10.42.0.2, route 10.42.0.0/24 dev eth0 proto kernel scope link src 10.42.0.2 (table main), neighbour 10.42.0.3 dev eth0 lladdr d6:12:0b:b4:21:92 REACHABLE
      pod_a__eth0->>node_1__veth55d295e1: veth pair with pod-a eth0
      node_1__veth55d295e1->>node_1__veth6c006f47: FDB d6:12:0b:b4:21:92 dev veth6c006f47 master cni0
      node_1__veth6c006f47->>pod_b__eth0: veth pair with node-1 veth6c006f47
      Note over pod_b__eth0: delivered to 10.42.0.3 of pod-b
      Note over pod_a__eth0,pod_b__eth0: pod-b → 10.42.0.2
      pod_b__eth0->>pod_b__eth0: route 10.42.0.0/24 dev eth0 proto kernel scope link src 10.42.0.3 (table main), neighbour 10.42.0.2 dev eth0 lladdr ae:cd:ce:8a:bb:01 DELAY
      pod_b__eth0->>node_1__veth6c006f47: veth pair with pod-b eth0
      node_1__veth6c006f47->>node_1__veth55d295e1: FDB ae:cd:ce:8a:bb:01 dev veth55d295e1 master cni0
      node_1__veth55d295e1->>pod_a__eth0: veth pair with node-1 veth55d295e1
      Note over pod_a__eth0: delivered to 10.42.0.2 of pod-a
    "
  `);
});
