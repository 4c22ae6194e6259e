// Network configurations that no plugin should ever see, and what their author reads.
import { describe, expect, test } from 'vitest';
import { parseNetworkFile, parseNetworkList } from '../../../infra/cni/network-list.ts';

describe('messages', () => {
  test.each([
    ['10-x.conflist', '{"name": "x" "plugins": []}', /^10-x\.conflist:1:14: not JSON: /],
    ['10-x.conflist', ' \n', /^10-x\.conflist: is empty/],
    ['10-x.conflist', '[]', /^10-x\.conflist:1:1: must be a JSON object with name and plugins/],
    [
      '10-x.conflist',
      '{"plugins": [{"type": "ptp"}]}',
      /^10-x\.conflist:1:1: name must be text: the name of the network/,
    ],
    [
      '10-x.conflist',
      '{\n  "name": "a b",\n  "plugins": [{"type": "ptp"}]\n}',
      /^10-x\.conflist:2:11: name must be letters, digits/,
    ],
    ['10-x.conflist', '{"name": "x", "plugins": []}', /:1:26: plugins must have at least one plugin/],
    ['10-x.conflist', '{"name": "x"}', /:1:1: plugins must be a list of plugins/],
    [
      '10-x.conflist',
      '{"name":"x","plugins":[{"type":"ptp"},\n {"type":"../evil"}]}',
      /:2:10: plugins\[1\]\.type "\.\.\/evil" is a path, but must be a bare file name/,
    ],
    [
      '10-x.conflist',
      '{"name":"x","plugins":[{"typ":"ptp"}]}',
      /:1:24: plugins\[0\]\.type must be text: the file name of a plugin/,
    ],
    ['10-x.conflist', '{"name":"x","plugins":["ptp"]}', /plugins\[0\] must be an object/],
    [
      '10-x.conflist',
      '{"name":"x","cniVersion":"9.0.0","plugins":[{"type":"ptp"}]}',
      /:1:26: cniVersion 9\.0\.0 is not a version we speak: 0\.1\.0, .*1\.1\.0/,
    ],
    [
      '10-x.conflist',
      '{"name":"x","disableCheck":7,"plugins":[{"type":"ptp"}]}',
      /disableCheck must be true or false/,
    ],
    ['10-x.conf', '{"name":"x","type":"a\\\\b"}', /^10-x\.conf:1:20: type "a\\\\b" is a path/],
    ['10-x.conf', '{"name":"x"}', /^10-x\.conf:1:1: type must be text/],
  ])('%s %j', (file, text, message) => {
    expect(() => parseNetworkFile(file, text)).toThrow(message);
  });
});

test('of several versions the highest that we know is spoken', () => {
  const parse = (versions: object) =>
    parseNetworkList(JSON.stringify({ name: 'x', plugins: [{ type: 'ptp' }], ...versions })).cniVersion;
  expect(parse({ cniVersion: '0.4.0' })).toBe('0.4.0');
  expect(parse({ cniVersion: '0.4.0', cniVersions: ['0.3.1', '1.0.0', '1.2.0'] })).toBe('1.0.0');
  expect(parse({})).toBe('0.1.0');
});

test('switches as words, in any case, as libcni takes them; capabilities that are null', () => {
  const parse = (keys: object) =>
    parseNetworkList(JSON.stringify({ name: 'x', plugins: [{ type: 'ptp', capabilities: null }], ...keys }));
  expect(parse({ disableCheck: 'TRUE', disableGC: 'False' })).toMatchObject({
    disableCheck: true,
    disableGC: false,
  });
  expect(() => parse({ disableGC: 'yes' })).toThrow('disableGC must be true or false');
  expect(parse({}).plugins[0]?.capabilities).toBeUndefined();
});

test('keys of plugins that we do not know are kept, and the text as it was', () => {
  const text = '{ "name": "x", "disableGC": "true", "plugins": [{"type": "ptp", "x": {"y": [1, null]}}] }';
  const list = parseNetworkList(text);
  expect(list.plugins[0]).toEqual({ type: 'ptp', x: { y: [1, null] } });
  expect([list.source, list.disableGC, list.disableCheck]).toEqual([text, true, false]);
});
