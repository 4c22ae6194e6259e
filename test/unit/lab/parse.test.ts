// What someone sees who has made a mistake in the syntax or the shape of a lab file.
import { describe, expect, it } from 'vitest';
import { parseLab } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { GOOD_LAB, spoil } from './lab-text.ts';

function messageOf(text: string): string {
  try {
    parseLab(text, 'lab.yaml');
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('a correct lab file', () => {
  it('is read, with defaults filled in', () => {
    const raw = parseLab(GOOD_LAB, 'lab.yaml');
    expect(raw.workloads[0]).toMatchObject({
      kind: 'deployment',
      containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
    });
    expect(raw.experiments[1]).toMatchObject({ before: [], ping: { count: 3, interval: 0.2 } });
  });

  it('may use anchors', () => {
    const text = spoil('[n1, n2]', '&both [n1, n2]').replace('nodes: [n1]', 'nodes: *both');
    expect(parseLab(text, 'lab.yaml').workloads[1]?.nodes).toEqual(['n1', 'n2']);
  });
});

describe('a mistake in the shape', () => {
  it('says what was meant by a misspelt key', () => {
    expect(messageOf(spoil('replicas: 3', 'replica: 3'))).toMatchInlineSnapshot(`
      "lab.yaml:13:5: unknown key "replica" in workloads[0]
        13 |     replica: 3
           |     ^^^^^^^
        did you mean "replicas"?"
    `);
  });

  it('sees through swapped letters, and does not report the right key as missing too', () => {
    expect(messageOf(spoil('from: web-1', 'form: web-1'))).toMatchInlineSnapshot(`
      "lab.yaml:34:13: unknown key "form" in experiments[1].ping
        34 |     ping: { form: web-1, to: duo }
           |             ^^^^
        did you mean "from"?"
    `);
  });

  it('lists the keys there are when none is near', () => {
    expect(messageOf(`${spoil('role: x', '', `${GOOD_LAB}role: x`)}flavour: 1\n`)).toMatchInlineSnapshot(`
      "lab.yaml:44:1: unknown key "flavour"
        44 | flavour: 1
           | ^^^^^^^
        keys there are: $schema, name, title, description, cluster, network, workloads, experiments"
    `);
  });

  it.each([
    ['.nan', 'expected a number, found .nan, which is no number'],
    ['-.inf', 'expected a number, found -.inf, which has no end'],
  ])('shows %s as it is written', (written, message) => {
    expect(messageOf(spoil('replicas: 3', `replicas: ${written}`))).toContain(message);
  });

  it('says what type was found and what is wanted', () => {
    expect(messageOf(spoil('replicas: 3', 'replicas: three'))).toMatchInlineSnapshot(`
      "lab.yaml:13:15: expected a number, found the text "three"
        13 |     replicas: three
           |               ^^^^^"
    `);
    expect(messageOf(spoil("[ping, -c, '1', '${web-2.address}']", 'ping -c 1'))).toMatchInlineSnapshot(`
      "lab.yaml:43:18: expected a list, found the text "ping -c 1"
        43 |         command: ping -c 1
           |                  ^^^^^^^^^
        write a list: [ping, -c, 1]"
    `);
    expect(messageOf(spoil("-c, '1'", '-c, 1'))).toMatchInlineSnapshot(`
      "lab.yaml:43:29: expected text, found the number 1
        43 |         command: [ping, -c, 1, '\${web-2.address}']
           |                             ^
        put it in quotes: "1""
    `);
  });

  it('lists the values of an enumeration', () => {
    expect(messageOf(spoil('kind: pod\n', 'kind: pods\n'))).toMatchInlineSnapshot(`
      "lab.yaml:16:11: the text "pods" is not one of: deployment, pod
        16 |     kind: pods
           |           ^^^^
        did you mean "pod"?"
    `);
  });

  it('lists the networks there are for a type it does not know', () => {
    expect(messageOf(spoil('type: kindnet', 'type: calico'))).toMatchInlineSnapshot(`
      "lab.yaml:9:9: the text "calico" is not one of: kindnet, flannel, conflist
        9 |   type: calico
          |         ^^^^^^"
    `);
  });

  it('judges a network by the type it names', () => {
    expect(messageOf(spoil('type: kindnet', 'type: kindnet\n  vni: 7'))).toMatchInlineSnapshot(`
      "lab.yaml:10:3: unknown key "vni" in network
        10 |   vni: 7
           |   ^^^
        keys there are: type, podCIDR, nodeMaskBits, podCIDR6, nodeMaskBits6, mtu, configs"
    `);
  });

  it('tells every problem in the file, in the order of the file', () => {
    const text = spoil('replicas: 3', 'replica: 3', spoil('type: kindnet', 'type: calico'));
    expect(messageOf(`${text}more: 1\nname: again\n`).match(/^lab\.yaml:\d+:\d+: .*$/gm)).toEqual([
      'lab.yaml:9:9: the text "calico" is not one of: kindnet, flannel, conflist',
      'lab.yaml:13:5: unknown key "replica" in workloads[0]',
      'lab.yaml:44:1: unknown key "more"',
      'lab.yaml:45:1: the key "name" is written twice in one mapping',
    ]);
  });

  it('names the key that is missing, and the misspelt discriminator', () => {
    expect(messageOf(spoil('    kind: exec\n', '    knid: exec\n'))).toMatchInlineSnapshot(`
      "lab.yaml:39:5: missing key "kind" in experiments[2]
        39 |   - name: run
           |     ^
        is "knid" meant to be "kind"?"
    `);
  });

  it('suggests a usable name', () => {
    expect(messageOf(spoil('name: demo', 'name: My Demo'))).toContain('such as "my-demo"');
  });

  it('refuses numbers that nothing can be compared with', () => {
    expect(messageOf(spoil('$count: 1', '$count: .nan'))).toContain('must be finite');
  });
});

describe('a mistake in the syntax', () => {
  it.each([
    ['a tab', 'name: a\nnetwork:\n\ttype: kindnet\n', 'lab.yaml:3:1: a tab is used as indentation'],
    ['an open quote', 'name: "a\n', 'lab.yaml:2:1: not valid YAML: Missing closing "'],
    ['an open bracket', 'name: [a\n', 'lab.yaml:2:1: not valid YAML'],
    ['two values', 'name: a: b\n', 'lab.yaml:1:7: not valid YAML'],
    ['a second document', 'name: a\n---\nname: b\n', 'lab.yaml:2:1: a second document starts here'],
    ['an unknown anchor', 'name: *nobody\n', 'lab.yaml:1:7: no anchor &nobody stands before this alias'],
    ['a tag', 'name: !secret a\n', 'lab.yaml:1:7: not valid YAML: Unresolved tag'],
    ['a list as a key', '? [a]\n: b\n', 'lab.yaml:1:3: a key must be plain text'],
    ['nothing', '', 'lab.yaml:1:1: the file is empty'],
    ['comments only', '# nothing yet\n', 'lab.yaml:1:1: the file has no content'],
    ['no mapping', 'hello\n', 'lab.yaml:1:1: expected a mapping (key: value), found the text "hello"'],
  ])('%s', (_, text, start) => {
    expect(messageOf(text).slice(0, start.length)).toBe(start);
  });

  it('refuses a bomb of aliases, a loop, bottomless nesting and a huge file, each quickly', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(', ')}]\n`;
    const bomb = `a: &a [lol]\n${level('b', '*a')}${level('c', '*b')}${level('d', '*c')}${level('e', '*d')}`;
    expect(messageOf(bomb)).toContain('aliases expand to more than 200 copies');
    expect(messageOf('a: &a [*a]\n')).toContain('nested too deeply');
    expect(messageOf('['.repeat(120_000))).toContain('nested too deeply');
    expect(messageOf('- '.repeat(60_000))).toContain('nested too deeply');
    expect(messageOf(`name: ${'x'.repeat(1024 * 1024)}`)).toContain('larger than 128 kB');
  });
});
