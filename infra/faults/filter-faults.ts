// Faults of packet filters: what is dropped, what is translated and what is not.
import type { Fault } from './fault.ts';
import { hostPortRule } from './host-port-rule.ts';
import { sysctl } from './scene.ts';
import { iptables, withoutRule } from './steps.ts';

export const filterFaults: readonly Fault[] = [
  {
    name: 'pods-masqueraded',
    title: 'Traffic between pods is masqueraded',
    symptom:
      'Pods answer, but see the node’s address instead of the pod’s: whatever goes by source address is wrong.',
    breakage({ here, there }) {
      const rule = ['-s', here.podCIDR, '-d', there.podCIDR, '-j', 'MASQUERADE'];
      return {
        inject: [iptables(here.name, '-t', 'nat', '-I', 'POSTROUTING', ...rule)],
        repair: [withoutRule(here.name, 'nat', 'POSTROUTING', ...rule)],
        effect: 'rewritten',
        culprit: { host: here.name, subject: 'POSTROUTING', row: `-A POSTROUTING ${rule.join(' ')}` },
      };
    },
  },
  {
    name: 'forward-drop',
    title: 'A filter rule on a node drops what one pod sends to another',
    symptom: 'One pod does not reach one other; everything else works.',
    breakage({ from, to, here }) {
      const rule = ['-s', `${from.address}/32`, '-d', `${to.address}/32`, '-j', 'DROP'];
      return {
        inject: [iptables(here.name, '-I', 'FORWARD', ...rule)],
        repair: [withoutRule(here.name, 'filter', 'FORWARD', ...rule)],
        culprit: { host: here.name, subject: 'FORWARD', row: `-A FORWARD ${rule.join(' ')}` },
      };
    },
  },
  {
    name: 'forward-drop-same-node',
    title: 'A filter rule on a node drops what one of its pods sends to another of its pods',
    symptom: 'Two pods of one node do not reach each other; the one that is dropped reaches all others.',
    breakage({ to, there, thereState, beside }) {
      // Between ports of a bridge frames meet iptables only where br_netfilter shows them to it.
      const port = beside && thereState.interfaces.find(({ name }) => name === beside.hostVeth);
      const shown = sysctl(thereState, 'net.bridge.bridge-nf-call-iptables') === '1';
      if (!port || (port.master !== undefined && !shown)) return undefined;
      const rule = ['-s', `${beside.address}/32`, '-d', `${to.address}/32`, '-j', 'DROP'];
      return {
        inject: [iptables(there.name, '-I', 'FORWARD', ...rule)],
        repair: [withoutRule(there.name, 'filter', 'FORWARD', ...rule)],
        flow: { from: beside.name, to: to.name },
        culprit: { host: there.name, subject: 'FORWARD', row: `-A FORWARD ${rule.join(' ')}` },
      };
    },
  },
  {
    name: 'hostport-rule-missing',
    title: 'The rule that leads from a port of a node to a pod is missing',
    symptom:
      'A port of a node refuses connections, though the pod behind it accepts them on its own address.',
    breakage({ lab }) {
      for (const { name: node } of lab.nodes) {
        const found = hostPortRule(node, lab.hosts[node]?.netfilter ?? []);
        const from = lab.pods.find((pod) => pod.node !== node);
        if (!found || !from) continue;
        return {
          inject: [found.remove],
          repair: [found.restore],
          flow: { from: from.name, to: node, port: found.port },
          effect: 'refused',
          culprit: { host: node, subject: `tcp port ${found.port}`, row: found.line },
        };
      }
      return undefined;
    },
  },
];
