// Words of a stranger's lab file on their way to command lines and scripts.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ExperimentError } from '../../../infra/experiments/experiment.ts';
import { targetAddress } from '../../../infra/experiments/run-ping.ts';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import { labFile } from '../../../infra/lab/schema.ts';
import { tcpdumpArgv } from '../../../infra/observe/tap.ts';

const LAB = {
  name: 'hostile',
  cluster: {
    underlay: '192.168.49.0/24',
    underlay6: 'fd00:192:168:49::/64',
    nodes: [
      {
        name: 'n1',
        address: '192.168.49.2',
        podCIDR: '10.244.0.0/24',
        address6: 'fd00:192:168:49::2',
        podCIDR6: 'fd00:10:244::/64',
      },
    ],
    outside: { cidr: '203.0.113.0/24', router: 'router', host: 'internet' },
  },
  network: { type: 'kindnet', podCIDR: '10.244.0.0/16', podCIDR6: 'fd00:10:244::/56' },
  workloads: [{ name: 'web', kind: 'pod', nodes: ['n1'], containers: [{ name: 'main', command: ['true'] }] }],
  experiments: [
    { name: 'pinged', kind: 'ping', from: 'web', to: 'n1' },
    { name: 'meshed', kind: 'mesh', from: ['web'], to: ['n1'] },
    {
      name: 'heard',
      kind: 'capture',
      taps: [{ name: 'tap', at: 'n1', dev: 'eth0' }],
      ping: { from: 'web', to: 'n1' },
    },
    {
      name: 'gone',
      kind: 'journey',
      ping: { from: 'web', to: 'n1' },
      taps: [{ at: 'n1', dev: 'cni0' }],
      forget: ['n1'],
      before: [{ in: 'web/main', command: ['true'] }],
    },
    {
      name: 'seen',
      kind: 'inspect',
      checks: [{ name: 'rows', at: 'web', table: 'routes', expect: { $count: 1 } }],
    },
  ],
};

function read(lab: unknown) {
  const { raw, source } = parseLabSource(JSON.stringify(lab, null, 1), 'lab.yaml');
  return resolveLab(raw, source, {});
}

type Path = readonly (string | number)[];

/** Every text of the lab but those that are anything anyway. */
function words(value: unknown, path: Path = []): readonly Path[] {
  const last = String(path.at(-1));
  if (typeof value === 'string')
    return ['kind', 'type', 'table'].includes(last) ||
      path.includes('command') ||
      /checks,\d+,name$/.test(`${path}`)
      ? []
      : [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    words(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function withWord(path: Path, word: string): unknown {
  const lab = structuredClone(LAB);
  const into = (at: unknown, key: string | number) => (at as Record<string | number, unknown>)[key];
  const holder = path.slice(0, -1).reduce(into, lab as unknown) as Record<string | number, unknown>;
  holder[path.at(-1) ?? ''] = word;
  return lab;
}

const HOSTILE = [
  '-rf',
  '--help',
  '$(touch /tmp/escaped)',
  '`id`',
  "'; id; '",
  'n1\nid',
  'n1\n',
  '10.244.0.0/24\nlink del eth0',
  '10.244.0.2 -j ACCEPT',
  'fd00::1%$(id)',
  '../../etc/passwd',
  '/etc/passwd',
  '',
];

describe('a word of a lab file', () => {
  it('is right as it stands', () => expect(read(LAB).name).toBe('hostile'));

  it.each(words(LAB).map((path) => [path.join('.'), path] as const))('at %s cannot be hostile', (_, path) => {
    for (const word of HOSTILE) {
      // The kernel takes these for an interface's name. It is no word of a script, and stands behind tcpdump's -i.
      if (path.at(-1) === 'dev' && /^(-rf|--help|`id`)$/.test(word)) continue;
      expect(() => read(withWord(path, word)), JSON.stringify(word)).toThrow(LabError);
    }
  });

  it('may be anything in these places only, each of which is text, a pattern, or an argument behind a program', () => {
    const schema = z.toJSONSchema(labFile, { io: 'input', reused: 'inline', unrepresentable: 'any' });
    const free = new Set<string>();
    const looked = new Set<string>();
    const look = (node: unknown, name: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { type, enum: values, pattern, format, properties, ...rest } = node as Record<string, unknown>;
      const shared = /^#\/\$defs\/(.+)$/.exec(String(rest.$ref))?.[1];
      if (shared !== undefined && !looked.has(`${name} ${shared}`)) {
        looked.add(`${name} ${shared}`);
        look(schema.$defs?.[shared], name);
      }
      if (
        type === 'string' &&
        values === undefined &&
        pattern === undefined &&
        format === undefined &&
        !('const' in rest)
      )
        free.add(name);
      for (const [key, inner] of Object.entries((properties ?? {}) as object)) look(inner, key);
      for (const [key, inner] of Object.entries(rest))
        if (['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties', 'propertyNames'].includes(key))
          for (const one of Array.isArray(inner) ? inner : [inner]) look(one, name);
    };
    look(schema, '');
    expect([...free].sort()).toMatchInlineSnapshot(`
      [
        "$schema",
        "annotations",
        "at",
        "claim",
        "command",
        "configs",
        "description",
        "dev",
        "expect",
        "filter",
        "forget",
        "from",
        "in",
        "matchLabels",
        "name",
        "select",
        "title",
        "to",
        "waitFor",
        "where",
      ]
    `);
  });
});

describe('what a lab file may say freely', () => {
  const lookup = (name: string, field: string) =>
    name === 'web' ? ({ name: 'web', address: '10.244.0.2' } as Record<string, string>)[field] : undefined;

  it('is no option of ping, templates filled in', () => {
    expect(targetAddress({ lookup }, { to: '${web.address}' })).toBe('10.244.0.2');
    expect(targetAddress({ lookup }, { to: 'web' })).toBe('10.244.0.2');
    for (const to of [
      '-f${web.name}',
      '-I${web.address}',
      '${web.address}\n',
      'a${web.name}.example',
      '${web.name}x',
    ])
      expect(() => targetAddress({ lookup }, { to }), to).toThrow(ExperimentError);
  });

  it('is no option of tcpdump', () => {
    expect(tcpdumpArgv('eth0', '-z /bin/sh', {}).slice(-2)).toEqual(['--', '-z /bin/sh']);
    expect(tcpdumpArgv('-w/etc/x', '', {}).slice(0, 3)).toEqual(['tcpdump', '-i', '-w/etc/x']);
  });
});
