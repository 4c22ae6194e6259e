// Recorded from a real bridge: what was learned, from which packet, and where each frame went.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf } from '../../../../infra/observe/learning/causes.ts';
import type { LearnedEvent } from '../../../../infra/observe/learning/monitor-lines.ts';
import {
  crossed,
  learnedFrom,
  type RecordedLearning,
  recordedLearning,
  told,
} from '../../../support/recorded-learning.ts';

const MAC1 = '02:00:00:00:00:01';
const MAC2 = '02:00:00:00:00:02';

describe('a first ping', () => {
  const recorded = recordedLearning('first-ping');
  const causes = [
    `node fdb added ${MAC1} veth1 ← arp-request at pod1-veth`,
    `node fdb added ${MAC2} veth2 ← arp-reply at pod2-veth`,
    'node conntrack added  ← echo-request 1 at pod1-veth',
    `pod1 neighbours added 10.42.0.3 ${MAC2} eth0 ← arp-reply at pod1-eth0`,
    `pod2 neighbours added 10.42.0.2 ${MAC1} eth0 ← arp-request at pod2-eth0`,
  ];

  test('is learned from by everybody whom it concerns, by its first packets', () => {
    expect(told(learnedFrom(recorded))).toEqual(causes);
  });

  test('floods the question and nothing else', () => {
    expect(crossed(learnedFrom(recorded))).toEqual([
      'arp-request: pod1-veth → veth1 veth2 veth3, flooded',
      'arp-reply: pod2-veth → veth1, known',
      'echo-request 1: pod1-veth → veth2, known',
      'echo-reply 1: pod2-veth → veth1, known',
      'echo-request 2: pod1-veth → veth2, known',
      'echo-reply 2: pod2-veth → veth1, known',
    ]);
  });

  test('no change is missed, and none gets another cause, whatever events the monitors lose', () => {
    fc.assert(
      fc.property(fc.subarray([...recorded.events]), (events) => {
        expect(told(learnedFrom({ ...recorded, events })).toSorted()).toEqual(causes.toSorted());
      }),
    );
  });

  test('events that the first reading has already seen are no changes', () => {
    const before = recorded.after.map((state) => ({ ...state, fromNs: 0n }));
    expect(learnedFrom({ ...recorded, before }).transitions).toEqual([]);
  });

  test('the order in which taps are listed makes no difference, though stamps are equal', () => {
    const taps = recorded.taps.toReversed();
    expect(crossed(learnedFrom({ ...recorded, taps }))).toEqual(crossed(learnedFrom(recorded)));
  });

  test('without a tap where an entry was made, there is no packet to name', () => {
    expect(told(learnedFrom(without('pod2-veth', 'pod1-eth0')))).toEqual([
      causes[0],
      `node fdb added ${MAC2} veth2 ← there is no tap at veth2`,
      causes[2],
      `pod1 neighbours added 10.42.0.3 ${MAC2} eth0 ← there is no tap at eth0 of pod1`,
      causes[4],
    ]);
  });

  test('that a frame was flooded cannot be told where not every port has a tap, or one is deaf', () => {
    const [question, ...others] = crossed(learnedFrom(without('pod3-veth')));
    expect(question).toBe('arp-request: pod1-veth → veth1 veth2, there is no tap at veth3');
    expect(others).toEqual(crossed(learnedFrom(recorded)).slice(1));
    const deaf = recorded.taps.map((tap) =>
      tap.name === 'pod3-veth' ? { ...tap, packets: [], raw: [] } : tap,
    );
    expect(crossed(learnedFrom({ ...recorded, taps: deaf }))[0]).toBe(
      'arp-request: pod1-veth → veth1 veth2, tap pod3-veth saw no packet at all',
    );
  });

  test('nor where there is but one port to leave by', () => {
    const before = recorded.before.map((state) => ({
      ...state,
      interfaces: state.interfaces
        .filter(({ name }) => name !== 'veth3')
        .map((link) => ({ ...link, details: { ...link.details, hairpin: false } })),
    }));
    expect(crossed(learnedFrom({ ...recorded, before })).at(1)).toBe(
      'arp-reply: pod2-veth → veth1, there is but one port of cni0 that it could leave by',
    );
  });

  function without(...names: readonly string[]): RecordedLearning {
    return { ...recorded, taps: recorded.taps.filter(({ name }) => !names.includes(name)) };
  }
});

describe('a ping to a MAC that only the bridge has forgotten', () => {
  const recorded = recordedLearning('flood');

  test('is flooded once, and its answer is what is learned', () => {
    const learned = learnedFrom(recorded);
    expect(told(learned)).toEqual([
      `node fdb added ${MAC2} veth2 ← echo-reply 1 at pod2-veth`,
      'node conntrack added  ← echo-request 1 at pod1-veth',
    ]);
    expect(crossed(learned)).toEqual([
      'echo-request 1: pod1-veth → veth1 veth2 veth3, flooded',
      'echo-reply 1: pod2-veth → veth1, known',
      'echo-request 2: pod1-veth → veth2, known',
      'echo-reply 2: pod2-veth → veth1, known',
    ]);
  });

  test('a port that takes no unknown frames is not waited for', () => {
    const before = recorded.before.map((state) => ({
      ...state,
      interfaces: state.interfaces.map((link) =>
        link.name === 'veth3' ? { ...link, details: { ...link.details, flood: false } } : link,
      ),
    }));
    const taps = recorded.taps.filter(({ name }) => name !== 'pod3-veth');
    expect(crossed(learnedFrom({ ...recorded, before, taps }))[0]).toBe(
      'echo-request 1: pod1-veth → veth1 veth2, flooded',
    );
  });

  test('an entry that went just after one frame and came before another: either may have made it', () => {
    const [first, second] = learnedFrom(recorded)
      .crossings.filter(({ path }) => path.packet === 'echo-request')
      .map(({ first: { packet } }) => packet.ns);
    const entry = { mac: MAC1, dev: 'veth1', master: 'cni0', flags: [] };
    const events = [
      ...recorded.events,
      event({ ns: (first ?? 0n) + 1_000_000n, deleted: true, row: entry }),
      event({ ns: (second ?? 0n) + 300_000n, deleted: false, row: entry }),
    ];
    expect(told(learnedFrom({ ...recorded, events })).filter((line) => line.includes(MAC1))).toEqual([
      `node fdb removed ${MAC1} veth1 ← no packet takes an entry away: somebody did, or its time was over`,
      `node fdb added ${MAC1} veth1 ← echo-request 2 at pod1-veth or echo-request 1 at pod1-veth`,
    ]);
  });

  test('what somebody put there, or moved to where no frame came from, has no packet', () => {
    const [answer] = recorded.events;
    const ns = (answer?.ns ?? 0n) + 1_000_000n;
    const moved = { mac: MAC2, dev: 'veth3', master: 'cni0', flags: [] as readonly string[] };
    const tell = (row: typeof moved) =>
      told(learnedFrom({ ...recorded, events: [...recorded.events, event({ ns, deleted: false, row })] }))[1];
    expect(tell(moved)).toBe(
      `node fdb changed ${MAC2} veth3 ← no packet that the taps saw carried it in time`,
    );
    expect(tell({ ...moved, flags: ['static'] })).toBe(
      `node fdb changed ${MAC2} veth3 ← put there by a program or by hand: no packet makes such an entry`,
    );
  });
});

test('an entry that has aged is learned again from the next frame, which is flooded', () => {
  const learned = learnedFrom(recordedLearning('ageing'));
  expect(told(learned).filter((line) => line.startsWith('node fdb'))).toEqual([
    `node fdb added ${MAC1} veth1 ← arp-request at pod1-veth`,
    `node fdb added ${MAC2} veth2 ← arp-reply at pod2-veth`,
    `node fdb removed ${MAC2} veth2 ← aged: the bridge heard no frame from this MAC for its ageing time`,
    `node fdb removed ${MAC1} veth1 ← aged: the bridge heard no frame from this MAC for its ageing time`,
    `node fdb added ${MAC1} veth1 ← echo-request 1 at pod1-veth`,
    `node fdb added ${MAC2} veth2 ← echo-reply 1 at pod2-veth`,
  ]);
  const connections = learned.transitions.filter(({ table }) => table === 'conntrack');
  const [one, other] = connections.map((made) => causeOf(made, learned.seen).by?.packet);
  expect(one?.icmp?.id).not.toBe(other?.icmp?.id);
  expect(crossed(learned).filter((line) => line.endsWith('flooded'))).toEqual([
    'arp-request: pod1-veth → veth1 veth2 veth3, flooded',
    'echo-request 1: pod1-veth → veth1 veth2 veth3, flooded',
  ]);
});

function event(told: Pick<LearnedEvent, 'ns' | 'deleted'> & { readonly row: object }): LearnedEvent {
  return { host: 'node', table: 'fdb', stale: false, ...told } as LearnedEvent;
}
