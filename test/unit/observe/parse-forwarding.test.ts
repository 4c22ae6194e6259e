// What a prediction needs beyond the tables: whether a packet filter was read whole, and what links say of themselves.
import { expect, test } from 'vitest';
import { parseHostSections } from '../../../infra/observe/parse-host.ts';
import { pickFirst, text } from './fixtures.ts';

const out = text('flannel-pod-a.out.txt');
const MARK = '@@cnilab-recorded';
const section = (name: string, body: string, code: number) =>
  `${MARK} begin ${name}\n${body}\n${MARK} end ${name} ${code}\n`;
const read = (...sections: readonly string[]) => {
  const options = { role: 'pod', pickNetwork: pickFirst, forwarding: true } as const;
  return parseHostSections(out + sections.join(''), '', options).forwarding;
};
const rules = (...sections: readonly string[]) => read(...sections)?.netfilter?.map(({ rule }) => rule);

test('an empty packet filter is known to be empty; one that was not read is not', () => {
  expect(rules(section('nft', '', 0))).toEqual([]);
  expect(rules()).toBeUndefined();
});

test.each([
  ['nft is refused', section('nft', '', 1), section('iptables', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT', 0)],
  ['iptables-save is refused', section('nft', 'table ip filter {\n}', 0), section('iptables', '', 4)],
  [
    'there are rules of iptables-legacy that iptables-save does not print',
    section('nft', '', 0),
    section('iptables', '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them', 0),
  ],
])('%s: the packet filter counts as unread', (_, ...sections) => {
  expect(rules(...sections)).toBeUndefined();
});

test('both are read where both have something', () => {
  const iptables = section('iptables', '*filter\n:INPUT DROP [0:0]\nCOMMIT', 0);
  const nft = section('nft', 'table inet x {\n\tchain c {\n\t\tip saddr 1.2.3.4 drop\n\t}\n}', 0);
  expect(rules(nft, iptables)).toEqual(['-P INPUT DROP', 'ip saddr 1.2.3.4 drop']);
});

test('links say what they are as a bridge, as its port, as a VTEP', () => {
  const options = { role: 'node', pickNetwork: pickFirst, forwarding: true } as const;
  const { forwarding } = parseHostSections(text('flannel-node-1.out.txt'), '', options);
  const link = (name: string) => forwarding?.links.find((l) => l.name === name);
  expect(link('cni0')).toMatchObject({
    bridge: { vlanFiltering: false, ageing: 30000, callsIptables: false },
  });
  expect(link('veth6c006f47')?.port).toEqual({
    state: 'forwarding',
    hairpin: true,
    isolated: false,
    locked: false,
    learning: true,
    floods: { unicast: true, broadcast: true, multicast: true },
    answersArp: false,
  });
  expect(link('flannel.1')?.vxlan).toEqual({
    vni: 1,
    port: 8472,
    local: '192.168.49.2',
    ttl: 0,
    df: 'unset',
    learning: false,
    external: false,
    answersArp: false,
  });
});
