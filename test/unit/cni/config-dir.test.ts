// The choice a runtime makes in /etc/cni/net.d, and that every file is told why.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import { parseNetworkList } from '../../../infra/cni/network-list.ts';

const conflist = (name: string) =>
  `{"cniVersion":"0.3.1","name":"${name}","plugins":[{"type":"ptp"},{"type":"portmap"}]}`;
const conf = (type: string, name = type) => `{"cniVersion":"1.0.0","name":"${name}","type":"${type}"}`;

test('a node as Kindnet leaves it: the conflist is the network, the rest is told why not', () => {
  const { picked, loopback, rows, error } = pickNetwork([
    { name: '200-loopback.conf', content: conf('loopback') },
    { name: '100-crio-bridge.conf.mk_disabled', content: conf('bridge', 'crio') },
    { name: '10-kindnet.conflist', content: conflist('kindnet') },
    { name: '87-podman-bridge.conflist.mk_disabled', content: conflist('podman') },
  ]);
  expect(error).toBeUndefined();
  expect(picked?.name).toBe('kindnet');
  expect(loopback).toMatchObject({
    file: '200-loopback.conf',
    cniVersion: '1.0.0',
    plugins: [{ type: 'loopback' }],
  });
  expect(rows).toMatchInlineSnapshot(`
    [
      {
        "file": "10-kindnet.conflist",
        "picked": true,
        "why": "the first configuration in the order of names",
      },
      {
        "file": "100-crio-bridge.conf.mk_disabled",
        "picked": false,
        "why": "not read: a configuration ends in .conf, .conflist, .json",
      },
      {
        "file": "200-loopback.conf",
        "picked": false,
        "why": "used for lo, never as the network",
      },
      {
        "file": "87-podman-bridge.conflist.mk_disabled",
        "picked": false,
        "why": "not read: a configuration ends in .conf, .conflist, .json",
      },
    ]
  `);
});

test('endings are sorted together: a .conf before a .conflist is the network, wrapped in a list', () => {
  const { picked, rows } = pickNetwork([
    { name: '10-a.conflist', content: conflist('a') },
    { name: '09-b.conf', content: '{"cniVersion":"0.4.0","name":"b","type":"bridge","bridge":"br7"}' },
    { name: '11-c.json', content: conf('ptp', 'c') },
  ]);
  expect(picked).toMatchObject({
    name: 'b',
    cniVersion: '0.4.0',
    plugins: [{ type: 'bridge', bridge: 'br7' }],
  });
  expect(JSON.parse(picked?.source ?? '')).toEqual({
    cniVersion: '0.4.0',
    name: 'b',
    plugins: [{ type: 'bridge', bridge: 'br7' }],
  });
  expect(rows.map(({ file, picked }) => `${file} ${picked}`)).toEqual([
    '09-b.conf true',
    '10-a.conflist false',
    '11-c.json false',
  ]);
  expect(rows[2]?.why).toBe('not first: 09-b.conf is the network');
});

test('loopback is never the network, even when it comes first; without a name it is called loopback', () => {
  const { picked, loopback, rows } = pickNetwork([
    { name: '00-lo.conf', content: '{"type":"loopback"}' },
    { name: '01-lo.conf', content: conf('loopback') },
    { name: '10-net.conflist', content: conflist('net') },
  ]);
  expect([picked?.name, loopback.name, loopback.file]).toEqual(['net', 'loopback', '00-lo.conf']);
  expect(rows[1]?.why).toBe('not used: 00-lo.conf is used for lo');
});

test('without a loopback file the built-in one is used', () => {
  expect(pickNetwork([{ name: '10-net.conflist', content: conflist('net') }]).loopback).toMatchObject({
    name: 'cni-loopback',
    cniVersion: '0.3.1',
    file: '',
  });
});

test('a broken file stops the search; the one after it is not used in its place', () => {
  const { picked, error, rows } = pickNetwork([
    { name: '05-broken.conflist', content: '{\n  "name": "x",\n  "plugins": [,]\n}' },
    { name: '10-net.conflist', content: conflist('net') },
    { name: '20-lo.conf', content: conf('loopback') },
  ]);
  expect(picked).toBeUndefined();
  expect(error?.message).toMatch(/^05-broken\.conflist:3:15: not JSON: .*; correct the file, or rename it/);
  expect(rows.map(({ why }) => why)).toEqual([
    expect.stringMatching(/^broken: 05-broken/),
    'not used: the file before it is broken, and a runtime stops there',
    'used for lo, never as the network',
  ]);
});

test('a broken file after the network does no harm', () => {
  const { picked, error } = pickNetwork([
    { name: '10-net.conflist', content: conflist('net') },
    { name: '20-broken.conf', content: '' },
  ]);
  expect([picked?.name, error]).toEqual(['net', undefined]);
});

test('nothing to pick', () => {
  expect(pickNetwork([]).error?.message).toMatchInlineSnapshot(
    `"no network: no file ending in .conf, .conflist, .json describes one; the directory is empty"`,
  );
  expect(pickNetwork([{ name: 'README', content: '' }]).error?.message).toContain('there are README');
});

test('order of the listing does not matter, every file has one row, at most one is picked', () => {
  const file = fc.record({
    name: fc.stringMatching(/^[0-9]{2}-[a-zA-Z]{1,4}\.(conf|conflist|json|bak|conf\.disabled)$/),
    content: fc.constantFrom(conflist('n'), conf('ptp'), conf('loopback'), '', '{', '[]'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ({ name }) => name }), (files) => {
      const picks = pickNetwork(files);
      expect(pickNetwork(files.toReversed())).toEqual(picks);
      expect(picks.rows.map((row) => row.file).sort()).toEqual(files.map(({ name }) => name).sort());
      expect(picks.rows.filter(({ picked }) => picked).map((row) => row.file)).toEqual(
        picks.picked ? [picks.picked.file] : [],
      );
      expect(picks.picked === undefined).toBe(picks.error !== undefined);
      expect(picks.picked?.plugins[0]?.type).not.toBe('loopback');
    }),
  );
});

describe('plugins in files of their own', () => {
  const list = (keys: object) => JSON.stringify({ cniVersion: '1.1.0', name: 'net', ...keys });
  const inlined = { plugins: [{ type: 'bridge' }] };
  const files = [
    { name: 'net/20-b.conf', content: '{"type":"portmap"}' },
    { name: 'net/10-a.conf', content: '{"type":"tuning","sysctl":{}}' },
    { name: 'net/notes.json', content: '{' },
    { name: 'other/10-a.conf', content: '{' },
  ];
  const types = (pick: ReturnType<typeof pickNetwork>) => pick.picked?.plugins.map(({ type }) => type);

  test('those in the directory of the network’s name are appended, in order of their names', () => {
    const pick = pickNetwork([{ name: '10-net.conflist', content: list(inlined) }, ...files]);
    expect(types(pick)).toEqual(['bridge', 'tuning', 'portmap']);
    expect(pick.rows.filter(({ picked }) => picked).map(({ file }) => file)).toEqual([
      '10-net.conflist',
      'net/10-a.conf',
      'net/20-b.conf',
    ]);
    // What is kept for DEL has all of them, and takes no other from a directory.
    const kept = parseNetworkList(pick.picked?.source ?? '', '', () => files);
    expect(kept.plugins).toEqual(pick.picked?.plugins);
  });

  test('a list may have no others', () => {
    expect(types(pickNetwork([{ name: '10-net.conflist', content: list({}) }, ...files]))).toEqual([
      'tuning',
      'portmap',
    ]);
    expect(pickNetwork([{ name: '10-net.conflist', content: list({}) }]).error?.message).toContain(
      '10-net.conflist:1:1: plugins must be a list of plugins',
    );
  });

  test('loadOnlyInlinedPlugins leaves them out, and needs plugins', () => {
    const only = { loadOnlyInlinedPlugins: true };
    const pick = pickNetwork([{ name: '10-net.conflist', content: list({ ...inlined, ...only }) }, ...files]);
    expect(types(pick)).toEqual(['bridge']);
    expect(pick.rows.filter(({ picked }) => picked).length).toBe(1);
    expect(
      pickNetwork([{ name: '10-net.conflist', content: list(only) }, ...files]).error?.message,
    ).toContain('plugins must be a list of plugins');
  });

  test('one that is broken breaks its network, and the message names the file', () => {
    const broken = [{ name: 'net/10-a.conf', content: '{"typ":"x"}' }];
    expect(
      pickNetwork([{ name: '10-net.conflist', content: list(inlined) }, ...broken]).error?.message,
    ).toMatch(/^net\/10-a\.conf:1:1: type must be text/);
  });
});
