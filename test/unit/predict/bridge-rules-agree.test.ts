// nft's rules at a bridge against the kernel: under each, pings are answered if and only if that is predicted.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictExchange } from '../../../infra/predict/exchange.ts';
import { type EditedLab, editedLab } from '../../support/edited-lab.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

let machine: PrivateHost;
let lab: EditedLab;
beforeAll(async () => {
  machine = await privateHost('bridge-rules');
  lab = await editedLab(machine);
});
afterAll(async () => {
  await lab?.close();
  await machine?.close();
});

/** Of a1: to its neighbour on the bridge, to the node, to a pod of the other node. */
const TARGETS = ['10.42.1.3', '10.42.1.1', '10.42.2.2'];

test.each([
  ['prerouting', 'iifname "a" drop', 'none'],
  ['prerouting', 'ether type arp drop', 'none'],
  ['prerouting', 'ether type ip iifname "b" drop', 'some'],
  ['input', 'iifname "a" ip protocol icmp drop', 'some'],
  ['input', 'arp operation request drop', 'unknown'],
  ['forward', 'ether saddr 02:00:02:01:00:01 ip saddr != 10.42.1.99 drop', 'some'],
  ['forward', 'ether daddr ff:ff:ff:ff:ff:ff drop', 'some'],
  ['forward', 'oifname "b" icmp type echo-reply drop', 'all'],
  ['output', 'oifname "a" drop', 'some'],
  ['output', 'ether type != arp drop', 'some'],
  ['output', 'ether type != ip drop', 'some'],
  ['postrouting', 'oifname "b" ip daddr 10.42.1.3 drop', 'some'],
  ['postrouting', 'oifname "a" accept', 'all'],
])('%s: %s', async (hook, rule, reached) => {
  const chain = `{ type filter hook ${hook} priority filter; policy accept; }`;
  const made = await lab.sh(
    'n1',
    `nft add table bridge t && nft 'add chain bridge t c ${chain}' && nft 'add rule bridge t c ${rule}'`,
  );
  expect(made).toMatchObject({ exitCode: 0 });
  try {
    // What is known already nobody asks for by ARP.
    await Promise.all(
      [...lab.hosts.keys()].map((host) => lab.sh(host, 'ip neigh flush dev eth0; ip neigh flush dev cni0')),
    );
    const state = await lab.observe([...lab.hosts.keys()]);
    const trials = await Promise.all(
      TARGETS.map(async (to) => {
        const predicted = predictExchange(state, { from: 'a1', to }).outcome;
        const { stdout } = await lab.sh('a1', `ping -n -c 1 -W 1 ${to}`);
        return { to, predicted, seen: / 1 received/.test(stdout) ? 'delivered' : 'dropped' };
      }),
    );
    const told = trials.filter(({ predicted }) => predicted !== 'unknown');
    expect(told).toEqual(told.map((trial) => ({ ...trial, predicted: trial.seen })));
    // A rule that bars nothing, or everything, or of which nothing can be told, would agree with any model.
    const passed = told.filter(({ seen }) => seen === 'delivered').length;
    const what = told.length < trials.length ? 'unknown' : ['none', 'some', 'some', 'all'][passed];
    expect({ what, trials }).toMatchObject({ what: reached });
  } finally {
    await lab.sh('n1', 'nft delete table bridge t');
  }
});
