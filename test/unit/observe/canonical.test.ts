// Two runs of one lab look the same; a lab in which the kernel differs in anything does not.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalise } from '../../../infra/observe/canonical.ts';
import type { LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { recordedLab } from './fixtures.ts';

const labs = ['kindnet', 'flannel'] as const;
const canonical = (snapshot: LabSnapshot) => JSON.stringify(canonicalise(snapshot, snapshot), null, 1);

/** Rewrites a recorded text as another run would have it: new veth names, MACs, ids, inodes, numbers. */
function anotherRun(seed: number): (text: string) => string {
  const hash = (text: string) => createHash('sha256').update(`${seed} ${text}`).digest('hex');
  // A MAC's last three bytes are in other addresses too, so they are what changes.
  const tails = new Map<string, string>();
  const learn = (text: string) => {
    for (const [, tail = ''] of text.matchAll(
      /"address":"(?:[0-9a-f]{2}:){3}((?:[0-9a-f]{2}:){2}[0-9a-f]{2})"/g,
    )) {
      // Leading digits that are not 0, so that an address has no shorter form.
      const [a = '', b = '', c = ''] = hash(tail).match(/../g) ?? [];
      // flannel.1 was given a MAC by hand.
      if (!tail.startsWith('00:00:')) tails.set(tail, `${a}:${b.replace('0', 'a')}:${c}`);
    }
  };
  for (const lab of labs) {
    recordedLab(lab, (text) => {
      learn(text);
      return text;
    });
  }
  const bwp = (id: string) => `bwp${createHash('sha512').update(`cbr0${id}`).digest('hex').slice(0, 12)}`;
  const newId = (id: string) => `${id}${hash(id).slice(0, 8)}`;
  const shift = 5 + (seed % 50);
  return (text) => {
    let out = text
      .replaceAll(/veth([0-9a-f]{8})/g, (_, hex: string) => `veth${hash(hex).slice(0, 8)}`)
      .replaceAll(bwp('ida'), bwp(newId('ida')))
      .replaceAll(/\bid[abd]\b/g, newId)
      .replaceAll(/\b(40265\d{5})\b/g, (n) => String(Number(n) + seed))
      .replaceAll(
        /"(ifindex|link_index)":(\d+)/g,
        (_, key: string, n: string) => `"${key}":${Number(n) + shift}`,
      );
    const lower = (tail: string) => [`${tail.slice(0, 2)}:${tail.slice(3, 5)}${tail.slice(6)}`];
    for (const [from, to] of tails) {
      out = out.replaceAll(from, to);
      const [oldEnd = '', newEnd = ''] = [...lower(from), ...lower(to)];
      const eui = (end: string) => `ff:fe${end.slice(0, 2)}:${end.slice(3).replace(/^0+(?=.)/, '')}`;
      out = out.replaceAll(eui(oldEnd), eui(newEnd));
    }
    return out;
  };
}

describe.each(labs)('lab %s', (lab) => {
  const snapshot = recordedLab(lab);
  const form = canonical(snapshot);

  test('nothing random is left', () => {
    expect(form).not.toMatch(/veth[0-9a-f]{8}|bwp[0-9a-f]{12}|net:\[|\bid[abd]\b/);
    const macs = new Set(form.match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g));
    expect([...macs].filter((m) => !/^(33:33:00|01:00:5e|00:00:00:00:00:00|ff:ff)/.test(m))).toEqual([]);
    expect(form).not.toContain(':?>');
    expect(form).toContain(`<mac:${snapshot.pods[0]?.name}/eth0>`);
    expect(form).toContain(`<veth:${snapshot.pods[0]?.name}>`);
  });

  test('which kernel and clock a host has is not in it', () => {
    const hosts = Object.entries(snapshot.hosts).map(([name, host]) => {
      return [name, { ...host, bootId: `boot of ${name}`, aheadNs: [7, 8] as const }] as const;
    });
    expect(canonical({ ...snapshot, hosts: Object.fromEntries(hosts) })).toBe(form);
  });

  test('another run of it, with other names, numbers and MACs, gives the same bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const other = recordedLab(lab, anotherRun(seed));
        expect(JSON.stringify(other)).not.toBe(JSON.stringify(snapshot));
        expect(canonical(other)).toBe(form);
      }),
      { numRuns: 15 },
    );
  });

  test('tables that the kernel lists in any order are sorted', () => {
    const shuffled = structuredClone(snapshot) as unknown as {
      hosts: Record<string, Record<string, unknown[]>>;
    };
    for (const host of Object.values(shuffled.hosts)) {
      for (const table of ['interfaces', 'fdb', 'neighbours', 'qdiscs', 'sysctls', 'addresses'])
        host[table]?.reverse();
    }
    expect(canonical(shuffled as unknown as LabSnapshot)).toBe(form);
  });

  // Every one of them: docs/trust/fuzzing.md has the list of what is left out, and why.
  test('any single fact that is changed shows', () => {
    const whole = recordedLab(lab, (text) => text, { forwarding: true });
    const leaves = leavesOf(whole);
    expect(leaves.length).toBeGreaterThan(1800);
    const before = new Map<string, string>();
    const silent = leaves.flatMap(({ path }) => {
      const [part, key] = partOf(path);
      if (!before.has(key)) before.set(key, formOf(part, whole, whole));
      const changed = structuredClone(valueAt(whole, part)) as object;
      mutate(changed, path.slice(part.length));
      return formOf(part, whole, changed) === before.get(key) ? [path] : [];
    });
    const reasons = silent.map((path) => maskedBecause(path, whole) ?? `not masked: ${path.join('.')}`);
    expect([...new Set(reasons)].toSorted()).toEqual(MASKED[lab].toSorted());
    // What is masked is masked for a reason, and is not much.
    expect(silent.length).toBeLessThan(leaves.length / 20);
  });
});

type Path = readonly (string | number)[];

function leavesOf(value: unknown, path: Path = []): { path: Path }[] {
  if (typeof value !== 'object' || value === null) return [{ path }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** Reasons for which a fact is in no canonical form; those that there are in each recorded lab. */
const REASONS = {
  used: 'how long ago a neighbour was used',
  beyond: 'number of an interface that is not of the lab',
} as const;
const MASKED = { kindnet: [REASONS.used, REASONS.beyond], flannel: [REASONS.used, REASONS.beyond] } as const;
const USED = /^(REACHABLE|STALE|DELAY|PROBE)$/;

function maskedBecause(path: Path, snapshot: LabSnapshot): string | undefined {
  const row = valueAt(snapshot, path.slice(0, -1)) as { creator?: string; name?: string };
  const key = path.at(-1);
  if (key === 'peerIfindex' && row.creator === 'underlay' && row.name === 'eth0') return REASONS.beyond;
  return USED.test(String(valueAt(snapshot, path))) ? REASONS.used : undefined;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], root);
}

/** A table of one host, or a table of the lab: the form of the whole is made of theirs. */
function partOf(path: Path): readonly [part: Path, key: string] {
  const part = path.slice(0, path[0] === 'hosts' ? 3 : 1).filter((_, i) => i < path.length - 1);
  return [part, JSON.stringify(part)];
}

/** Within what encloses it, so that it is known whose it is. */
function formOf(part: Path, snapshot: LabSnapshot, value: unknown): string {
  const inner = value === snapshot ? valueAt(snapshot, part) : value;
  const enclosed = part.toReversed().reduce<unknown>((at, key) => ({ [key]: at }), inner);
  return JSON.stringify(canonicalise(enclosed, snapshot));
}

function mutate(root: unknown, path: Path): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key as string], root);
  const key = path.at(-1) as string;
  const object = parent as Record<string, unknown>;
  const value = object[key];
  if (typeof value === 'number') object[key] = value + 1001;
  else if (typeof value === 'boolean') object[key] = !value;
  // To another that there is: only these are masked.
  else if (USED.test(String(value))) object[key] = value === 'STALE' ? 'DELAY' : 'STALE';
  else object[key] = `${value}x`;
}

test('what was observed of a ping: times go, counts stay', () => {
  const snapshot = recordedLab('kindnet');
  const observed = {
    sent: 3,
    received: 3,
    rtt: { min: 0.05, avg: 0.06, max: 0.07 },
    replies: [{ seq: 1, ttl: 62, timeMs: 0.639 }],
    stdout:
      '64 bytes from 10.244.1.2: icmp_seq=1 ttl=62 time=0.639 ms\nrtt min/avg/max/mdev = 0.639/0.639/0.639/0.000 ms',
    at: { 'pod-1': 1n, 'pod-2': 2n },
    packet: { icmp: { id: 131, seq: 1 }, ipv4: { id: 7, ttl: 63 }, udp: { srcPort: 35732, dstPort: 8472 } },
  };
  expect(canonicalise(observed, snapshot)).toEqual({
    sent: 3,
    received: 3,
    rtt: '<time>',
    replies: [{ seq: 1, ttl: 62, timeMs: '<time>' }],
    stdout: '64 bytes from 10.244.1.2: icmp_seq=1 ttl=62 time=<time>\nrtt min/avg/max/mdev = <time>',
    at: { 'pod-1': '<time>', 'pod-2': '<time>' },
    packet: {
      icmp: { id: '<id>', seq: 1 },
      ipv4: { id: '<id>', ttl: 63 },
      udp: { srcPort: '<port>', dstPort: 8472 },
    },
  });
});

test('one table of one host, as an inspection shows it', () => {
  const snapshot = recordedLab('kindnet');
  const rows = snapshot.hosts['pod-2']?.interfaces.filter((i) => i.name === 'eth0');
  expect(canonicalise(rows, snapshot, { at: 'pod-2', table: 'interfaces' })).toMatchObject([
    {
      ifindex: '<ifindex:pod-2/eth0>',
      peerIfindex: '<ifindex:minikube-m02/veth:pod-2>',
      mac: '<mac:pod-2/eth0>',
    },
  ]);
});
