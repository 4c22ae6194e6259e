// Lab kindnet, what pods share and what they do not, broken one rule at a time.
import { live, meanwhile, rule, sysctl, together } from '../breaks.ts';
import type { Mutation } from '../mutation.ts';

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

export const SHARING_MUTATIONS: readonly Mutation[] = [...isolation, ...sharedLoopback];
