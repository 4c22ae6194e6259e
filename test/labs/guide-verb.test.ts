// `guide` on a small lab with a guide of its own: walked on a terminal, checked, kept, rendered.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AtTerminal } from '../support/at-terminal.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');

const LAB = `name: hello
cluster:
  nodes: [{ name: n1 }]
network: { type: kindnet, podCIDR: 10.244.0.0/16 }
workloads:
  - { name: web, replicas: 2 }
experiments:
  - name: routes
    kind: inspect
    checks:
      - name: a pod leaves by its gateway
        claim: H1
        at: web-1
        table: routes
        expect: { $contains: { dst: default, via: 10.244.0.1 } }
`;

const GUIDE = `# Lab hello

Read **this**.

## 1. Routes

\`\`\`console
$ npm run -s lab -- exec web-1 -- ip route show default
default via 10.244.0.1 dev eth0
$ IF=$(npm run -s lab -- exec web-1 -- sh -c 'ls /sys/class/net | grep -v lo'); echo "it is $IF"
it is eth0
\`\`\`

> **Question.** Where does it go?

<details><summary>Hint</summary>

Behind via.

</details>

<details><summary>Answer</summary>

To **10.244.0.1**.

</details>

> **Check.** Experiment \`routes\` [H1].

## 2. A ping, heard

\`\`\`console
# another terminal
$ npm run -s lab -- exec web-2 -- tcpdump -l -i eth0 -n -c 2 icmp
tcpdump: verbose output suppressed, use -v[v]... for full protocol decode
listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
18:00:00.000000 IP 10.244.0.2 > 10.244.0.3: ICMP echo request, id 1, seq 1, length 64
18:00:00.000001 IP 10.244.0.3 > 10.244.0.2: ICMP echo reply, id 1, seq 1, length 64
2 packets captured
2 packets received by filter
0 packets dropped by kernel
\`\`\`

\`\`\`console
$ npm run -s lab -- exec web-1 -- ping -q -c 1 10.244.0.3 | grep received; echo $IF
1 packets transmitted, 1 received, 0% packet loss, time 0ms
eth0
\`\`\`

<!-- guide: by-hand -->
\`\`\`console
$ npm run -s lab -- exec web-1 -- ip link del eth0
\`\`\`
`;

describe('guide', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-guide-test-'));
  const file = path.join(directory, 'README.md');
  let session: LabSession;
  let stack: LabStack;
  beforeAll(async () => {
    writeFileSync(path.join(directory, 'lab.yaml'), LAB);
    session = await LabSession.open();
    stack = await session.stack(path.join(directory, 'lab.yaml'));
    await stack.up();
  });
  afterAll(async () => {
    await session?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const guide = (...words: readonly string[]) =>
    session.cli(['guide', '--trust', '--stack', stack.name, ...words]);
  const write = (text: string) => writeFileSync(file, text);

  it('finds that every command prints what is shown, and what does not', async () => {
    write(GUIDE);
    const right = await guide('--check');
    expect(right.stdout + right.stderr).toMatch(/: 4 of 4 commands print what it shows\n/);
    expect(right.exitCode).toBe(0);
    write(
      GUIDE.replace('via 10.244.0.1 dev', 'via 10.244.0.9 dev').replace('0% packet loss', '1% packet loss'),
    );
    const wrong = await guide('--check');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stdout).toContain(
      [
        'README.md:9: this is not what is printed',
        '  $ npm run -s lab -- exec web-1 -- ip route show default',
        '  - default via 10.244.0.9 dev eth0',
        '  + default via 10.244.0.1 dev eth0',
        '',
      ].join('\n'),
    );
    expect(wrong.stdout).toMatch(/README\.md:46: .*\n.*\n {2}- .*1% packet.*\n {2}\+ .*0% packet.*\n/);
    expect(wrong.stdout).toMatch(/: 2 of 4 commands print what it shows\n$/);
  });

  it('renders the article with what this lab prints, and updates the guide itself', async () => {
    const rotten = GUIDE.replace('it is eth0', 'it was\neth1');
    write(rotten);
    const article = path.join(directory, 'article.md');
    expect(await guide('--render', '-o', article)).toMatchObject({ exitCode: 0, stdout: '' });
    const rendered = readFileSync(article, 'utf8');
    expect(rendered).toContain('it is eth0\n');
    expect(rendered).not.toContain('18:00:00');
    expect(readFileSync(file, 'utf8')).toBe(rotten);
    expect((await guide('--update')).stdout).toMatch(
      /: 4 commands, 1 of them print something else than it showed\n$/,
    );
    const plain = (text: string) => text.replaceAll(/\d\d:\d\d:\d\d\.\d+|id \d+/g, '?');
    expect(plain(readFileSync(file, 'utf8'))).toBe(plain(GUIDE));
  });

  it('says what is wrong with a guide, and what to use where there is no terminal', async () => {
    write(GUIDE.replace('by-hand', 'by-feet'));
    expect(await guide('--check')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/README\.md:50: there is no mark "by-feet"; known: by-hand/),
    });
    write(GUIDE);
    const walk = await guide();
    expect(walk).toMatchObject({ exitCode: 2, stdout: '' });
    expect(walk.stderr).toContain(`guide --render --stack ${stack.name}  `);
  });

  it('is walked on a terminal: to the end, left and taken up again', async () => {
    write(GUIDE);
    const sit = (...words: readonly string[]) =>
      new AtTerminal(
        [NODE, path.join(ROOT, 'scripts', 'cnilab.ts'), 'guide', '--trust', '--stack', stack.name, ...words],
        session.env,
        ROOT,
      );
    const first = sit();
    expect(await first.until('Enter goes on')).toContain('Lab hello\n\nRead this.\n');
    first.type('');
    expect(await first.until('Enter runs it')).toContain(
      '$ npm run -s lab -- exec web-1 -- ip route show default',
    );
    first.type('');
    expect(await first.until('Enter runs it')).toContain('default via 10.244.0.1 dev eth0');
    first.type('');
    expect(await first.until('Your answer')).toContain('it is eth0\n');
    first.type('10.244.0.9');
    await first.until('Not that.');
    first.type('h');
    await first.until('Behind via.');
    first.type('it goes to 10.244.0.1');
    expect(await first.until('Enter checks it')).toContain('Right.');
    first.type('');
    expect(await first.until('Enter goes on')).toContain('pass  a pod leaves by its gateway [H1]');
    first.type('');
    await first.until('Enter starts it');
    first.control('C');
    await first.until('2 of 2 questions and checks are answered rightly');
    expect(await first.exitCode()).toBe(0);

    expect((await guide('--list')).stdout).toMatch(/^→ +2\. A ping, heard +3 +0$/m);
    const second = sit();
    await second.until('For another terminal. Enter starts it');
    second.type('');
    await second.until('Enter runs it');
    second.type('');
    const heard = await second.until('Enter runs it');
    // $IF was set before, in another shell.
    expect(heard).toMatch(/1 received, .*\neth0\n[\s\S]*IP 10\.244\.0\.2 > 10\.244\.0\.3: ICMP echo request/);
    second.type('s');
    await second.until('That was the guide. 2 of 2');
    expect(await second.exitCode()).toBe(0);

    const third = sit('--from', 'routes');
    await third.until('ip route show default\nEnter runs it');
    third.type('q');
    expect(await third.exitCode()).toBe(0);
  });
});
