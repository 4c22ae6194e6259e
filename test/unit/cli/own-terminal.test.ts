// What a command in a sandbox gets in the place of the person's terminal, and what could be done with the real one.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterHandle } from '../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../infra/backends/netns/netns-backend.ts';
import { writeRecord } from '../../../infra/state/stack-store.ts';
import { isInFront, ownTerminal } from '../../../scripts/cli/own-terminal.ts';
import { AtTerminal } from '../../support/at-terminal.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';
import { record } from '../../support/recorded-lab.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const command = { argv: ['nsenter', '--', 'cat', "a'b"], env: {} };
const script = '/usr/bin/script';

describe('the streams of a command in a sandbox', () => {
  const at = (streams: readonly [boolean, boolean, boolean], more = {}) =>
    ownTerminal(command, { streams, foreground: true, script, ...more }, false);

  it('are a terminal of its own where ours is one', () => {
    expect(at([true, true, true])).toMatchObject({
      argv: [script, '-qec', `stty susp undef 2> /dev/null; exec nsenter -- cat 'a'\\''b'`, '/dev/null'],
      session: false,
    });
    expect(at([true, true, false])).toMatchObject({
      argv: [script, '-qec', expect.stringMatching(/ 2>&4$/), '/dev/null'],
      stdio: ['inherit', 'inherit', 'inherit', 'ignore', 2],
    });
  });

  it.each([
    ['standard output is a pipe', [true, false, true], {}],
    ['standard input is a file', [false, true, true], {}],
    ['it is in the background', [true, true, true], { foreground: false }],
    ['there is no script(1)', [true, true, true], { script: undefined }],
    ['nothing is a terminal, but /dev/tty may be', [false, false, false], {}],
  ] as const)(
    'are none of ours that is a terminal, in a session without one, when %s',
    (_, streams, more) => {
      const { argv, stdio, session } = at(streams, more);
      expect({ argv, session }).toEqual({ argv: command.argv, session: true });
      for (const [fd, terminal] of streams.entries()) expect(stdio[fd] === 'inherit').toBe(!terminal);
    },
  );

  it('knows by the process table whether it is in front', () => {
    expect(isInFront('17 (a (b) c) S 1 17 17 34816 17 4194304 0')).toBe(true);
    expect(isInFront('17 (node) S 1 17 9 34816 9 4194304 0')).toBe(false);
    expect(isInFront('17 (node) S 1 17 17 0 -1 4194304 0')).toBe(false);
  });
});

/** TIOCSTI, the same on all processors that labs run on. */
const PUSH = `my $s = shift; for my $c (split //, $s) { ioctl(STDIN, 0x5412, $c) or exit 1 } open my $t, "<", "/dev/tty" or exit; ioctl($t, 0x5412, $_) for split //, $s`;

describe('a hostile program in a lab', () => {
  const outside = mkdtempSync(path.join(tmpdir(), 'cnilab-terminal-'));
  const escaped = path.join(outside, 'escaped');
  const before = process.env.CNILAB_STATE_DIR;
  let cli: CliSandbox;
  let handle: ClusterHandle;
  let person: AtTerminal | undefined;
  beforeAll(async () => {
    cli = new CliSandbox();
    process.env.CNILAB_STATE_DIR = cli.env.CNILAB_STATE_DIR;
    const node = { name: 'n1', role: 'worker', address: '192.168.49.2', podCIDR: '10.244.0.0/24' } as const;
    const underlay = { cidr: '192.168.49.0/24', gateway: '192.168.49.1' };
    const spec = { stack: 'terminal', lab: 'bad', isolation: 'rootless', underlay, nodes: [node] } as const;
    handle = await netnsBackend.createCluster(spec, async () => undefined, {
      signal: AbortSignal.timeout(60_000),
    });
    const definition = { ...record.definition, nodes: [node], workloads: [] };
    await writeRecord({ ...record, stack: 'terminal', backend: 'netns', handle, definition });
  });
  afterEach(() => person?.end());
  afterAll(async () => {
    if (handle) await netnsBackend.deleteCluster(handle, { signal: AbortSignal.timeout(60_000) });
    process.env.CNILAB_STATE_DIR = before;
    cli?.close();
    rmSync(outside, { recursive: true, force: true });
  });
  const cnilab = `${process.execPath} ${path.join(ROOT, 'scripts', 'cnilab.ts')} exec n1 --stack terminal`;

  /** Types at a shell's prompt; `over` and its exit code is what comes last. */
  async function atPrompt(line: string): Promise<AtTerminal> {
    person = new AtTerminal(['bash', '--norc', '--noediting', '-i'], { ...cli.env, PS1: 'ready> ' }, ROOT);
    await person.until('ready> ');
    person.type(`${line}; printf 'ov%s\\n' "er=$?"`);
    return person;
  }

  it.each(['', ' < /dev/null', ' > /dev/null', ' 2> /dev/null'])(
    'cannot type into the terminal of who runs it (exec%s)',
    async (redirected) => {
      const one = await atPrompt(`${cnilab} -- perl -e '${PUSH}' 'touch ${escaped}\n'${redirected}`);
      await one.until('over=');
      one.type("printf 'sti%s\\n' ll");
      await one.until('still\n');
      one.end();
      expect(existsSync(escaped)).toBe(false);
    },
  );

  it('can be ended with Ctrl-C, as ever', async () => {
    const one = await atPrompt(`${cnilab} -- sh -c 'test -t 0 && printf "list%s\\n" ens; exec sleep 1000'`);
    await one.until('listens\n');
    one.control('C');
    await one.until('over=130');
  });

  it('has the last word about the exit code, and so has its shell', async () => {
    const one = await atPrompt(`${cnilab} -- sh -c 'exit 7'`);
    await one.until('over=7');
    one.type(`${cnilab}; printf 'co%s\\n' "de=$?"`);
    await one.until('$ ');
    one.type('exit 5');
    await one.until('code=5');
  });
});
