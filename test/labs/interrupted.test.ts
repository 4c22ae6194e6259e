// Whatever is stopped or killed, whenever: the next `up` or `down` goes on from there, and in the end nothing is left.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliLab, CliLabs, type Started } from '../support/cli-labs.ts';
import { expectNothingLeft, refusal } from '../support/refusal.ts';

/** What the stand-in plugin is called in these labs: which one it is changes. */
const PLUGIN = 'own-plugin';

const conflist = { cniVersion: '1.0.0', name: 'own', plugins: [{ type: PLUGIN }] };
const TEXT = {
  yaml: `
cluster: { nodes: [{ name: n1 }] }
network: { type: conflist, podCIDR: 10.9.0.0/16, configs: configs }
workloads: [{ name: p, kind: pod }]
experiments: [{ name: good, kind: exec, steps: [{ in: p, command: ["true"] }] }]
`,
  configs: { '10-own.conflist': JSON.stringify(conflist) },
};

let labs: CliLabs;

beforeAll(async () => {
  labs = await CliLabs.open();
});

afterAll(async () => {
  await labs?.close();
});

async function newLab(name: string, plugin: string): Promise<CliLab> {
  const lab = await labs.lab(name, TEXT);
  lab.installPlugin(plugin, PLUGIN);
  return lab;
}

/** Command lines of processes of a lab. */
const ENGINE = /^pulumi up /;
const MAKING_STACK = /^pulumi stack init /;
const PROVIDER = /infra\/provider\/main\.ts/;
/** What a hanging stand-in waits for. */
const HANGING = /^sleep 7777$/;

/** As long as it is there, `up` is in the middle of its work. */
async function pluginHangs(lab: CliLab): Promise<void> {
  await expect.poll(() => pidsOf(lab, HANGING), { timeout: 120_000, interval: 50 }).toHaveLength(1);
}

/** PIDs of this lab's processes whose command line matches. */
function pidsOf(lab: CliLab, pattern: RegExp): readonly number[] {
  return lab.processes().flatMap(({ pid, argv }) => (pattern.test(argv.join(' ')) ? [pid] : []));
}

function killOne(lab: CliLab, pattern: RegExp): void {
  const [pid, ...others] = pidsOf(lab, pattern);
  expect({ pid: pid === undefined ? 'none' : 'one', others }).toEqual({ pid: 'one', others: [] });
  process.kill(pid ?? 0, 'SIGKILL');
}

function killHolder(lab: CliLab): void {
  process.kill(Number(lab.record()?.handle.facts.holder), 'SIGKILL');
}

async function expectUp(lab: CliLab): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.up();
  expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 0, stderr: '', stdout });
  expect(stdout).toContain('pass, 1 of 1 check passed in 1 experiment');
  return stdout;
}

async function expectDown(lab: CliLab): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.down();
  expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 0, stderr: '', stdout });
  await expectNothingLeft(lab);
  return stdout;
}

describe('Ctrl-C', () => {
  let lab: CliLab;

  beforeAll(async () => {
    // So that no `up` comes to its end before it is stopped.
    lab = await newLab('stopped', 'stand-in-hang');
  });

  const moments: Readonly<Record<string, (started: Started) => Promise<unknown>>> = {
    'when the lab file has been read': (started) => started.printed('Lab '),
    'when the engine starts': (started) => started.printed('Lab ').then(() => sleep(900)),
    'when the cluster stands': (started) => Promise.race([started.printed('cluster made'), pluginHangs(lab)]),
    'while a plugin hangs': () => pluginHangs(lab),
  };

  it('after 0.3 s: nothing has been begun, or it says how to go on', async () => {
    const started = lab.startUp();
    await sleep(300);
    process.kill(started.pid, 'SIGINT');
    const { exitCode, stdout, stderr } = await started.ended;
    expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 130 });
    // On a busy machine not even the command's own first line has been reached.
    if (stderr === '') expect(lab.left()).toEqual([]);
    else expect(stderr).toMatch(/^cnilab: stopped\b.*→ .* goes on/s);
  });

  it.each(Object.keys(moments))('%s: says how to go on', async (moment) => {
    const started = lab.startUp();
    await moments[moment]?.(started);
    try {
      process.kill(started.pid, 'SIGINT');
    } catch {
      // It has ended by itself: what it said is in the failure below.
    }
    const message = refusal(lab, await started.ended, 130);
    expect(message).toMatch(/^cnilab: stopped\b/);
    expect(message).toMatch(/→ .* goes on/);
    expect(pidsOf(lab, HANGING)).toEqual([]);
  });

  it('while the stack is being made: the engine has let go of it when the command ends', async () => {
    const early = await newLab('stopped-early', 'stand-in-recorder');
    const started = early.startUp();
    await expect.poll(() => pidsOf(early, MAKING_STACK), { timeout: 30_000, interval: 5 }).toHaveLength(1);
    process.kill(started.pid, 'SIGINT');
    expect(refusal(early, await started.ended, 130)).toMatch(/^cnilab: stopped; .*→ .* goes on/s);
    expect(pidsOf(early, MAKING_STACK)).toEqual([]);
    await expectUp(early);
    await expectDown(early);
  });

  it('after all of them `up` goes on with what stands, and `down` leaves nothing', async () => {
    const handle = lab.record()?.handle;
    lab.installPlugin('stand-in-recorder', PLUGIN);
    await expectUp(lab);
    expect(lab.record()?.handle).toEqual(handle);
    await expectDown(lab);
  });
});

describe('kill -9 of the engine', () => {
  it('under the command: what was made is taken away, with one message', async () => {
    const lab = await newLab('no-engine', 'stand-in-hang');
    const started = lab.startUp();
    await pluginHangs(lab);
    killOne(lab, ENGINE);
    expect(refusal(lab, await started.ended, 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "no-engine" could not be stood up:
        the engine was killed from outside
        → npm run up -- <lab>/lab.yaml --stack no-engine   tries again, from the beginning
        → the engine's own account: <state>/logs/no-engine.engine.log"
    `);
    await expectNothingLeft(lab);
  });

  it('after kill -9 of the command: the next one ends it, and goes on', async () => {
    const lab = await newLab('no-command', 'stand-in-hang');
    const started = lab.startUp();
    await pluginHangs(lab);
    process.kill(started.pid, 'SIGKILL');
    await started.ended;
    expect(pidsOf(lab, ENGINE)).toHaveLength(1);
    lab.installPlugin('stand-in-recorder', PLUGIN);
    await expectUp(lab);
    await expectDown(lab);
  });

  it('of a plain pulumi: its plugins end, the command takes its lab over', async () => {
    const lab = await newLab('no-pulumi', 'stand-in-hang');
    const stack = ['--stack', lab.stack];
    await lab.start(['pulumi', 'stack', 'init', lab.stack]).ended;
    const config = ['--config', `cnilab:lab=${lab.file}`];
    const started = lab.start(['pulumi', 'up', '--yes', '--skip-preview', ...stack, ...config]);
    await pluginHangs(lab);
    process.kill(started.pid, 'SIGKILL');
    await started.ended;
    await expect
      .poll(() => [...pidsOf(lab, PROVIDER), ...pidsOf(lab, HANGING)], { timeout: 60_000 })
      .toEqual([]);
    lab.installPlugin('stand-in-recorder', PLUGIN);
    // The stand-in's pod has no veth, which is no reason to make it anew.
    expect(await expectUp(lab)).not.toContain('missing');
    expect(await expectUp(lab)).toContain('nothing to change');
    await expectDown(lab);
  });
});

describe('a lab that stood', () => {
  let lab: CliLab;

  beforeAll(async () => {
    lab = await newLab('standing', 'stand-in-recorder');
    await expectUp(lab);
  });

  it('is kept when the provider is killed while it is changed, and the change goes on', async () => {
    const before = lab.record();
    await lab.write({
      ...TEXT,
      yaml: TEXT.yaml.replace('kind: pod }]', 'kind: pod }, { name: q, kind: pod }]'),
    });
    lab.installPlugin('stand-in-hang', PLUGIN);
    const started = lab.startUp();
    await pluginHangs(lab);
    killOne(lab, PROVIDER);
    expect(refusal(lab, await started.ended, 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "standing" could not be changed; the rest of it stands:
        workload q: the provider process died before it was done (killed, or out of memory)
        → npm run up -- <lab>/lab.yaml --stack standing   goes on from where it stopped
        → put the lab file back as it was, and the same command undoes what has been changed
        → npm run down -- --stack standing   clears it away
        → the engine's own account: <state>/logs/standing.engine.log"
    `);
    lab.installPlugin('stand-in-recorder', PLUGIN);
    await expectUp(lab);
    expect(lab.record()?.handle).toEqual(before?.handle);
    expect(lab.record()?.definition.workloads.map(({ name }) => name)).toEqual(['p', 'q']);
  });

  it('is built again by `up` when its holder was killed, and its experiments pass', async () => {
    const before = lab.record();
    killHolder(lab);
    const stdout = await expectUp(lab);
    expect(stdout).toContain('gone');
    expect(lab.record()?.handle.id).not.toBe(before?.handle.id);
  });

  it('goes when its holder was killed', async () => {
    killHolder(lab);
    await expectDown(lab);
  });

  it('may be taken down twice', async () => {
    expect(await expectDown(lab)).toMatch(/^Nothing stands under stack/);
  });

  it('goes even when Pulumi has lost its state', async () => {
    await expectUp(lab);
    const state = path.join(labs.session.directory, 'pulumi-state', '.pulumi', 'stacks', 'cnilab');
    rmSync(state, { recursive: true });
    expect(await expectDown(lab)).toContain('of which Pulumi has no state');
  });
});

describe('while another command works on the stack', () => {
  const BUSY = /another command works on .*: npm run pulumi -- cancel/s;

  it('up, down and rebuild say so, and what it is making is left alone', async () => {
    const lab = await newLab('busy', 'stand-in-hang');
    const started = lab.startUp();
    await pluginHangs(lab);
    const holder = lab.record()?.handle.facts.holder;
    for (const args of [['up', lab.file], ['down'], ['rebuild']]) {
      const words = args[0] === 'rebuild' ? [...args, lab.stack] : [...args, '--stack', lab.stack];
      expect(refusal(lab, await lab.run(words), 3)).toMatch(BUSY);
    }
    expect(pidsOf(lab, HANGING)).toHaveLength(1);
    expect(lab.record()?.handle.facts.holder).toBe(holder);
    process.kill(started.pid, 'SIGINT');
    await started.ended;
    await expectDown(lab);
  });

  it('an up that has made the stack, and was overtaken, takes nothing away', async () => {
    const lab = await newLab('overtaken', 'stand-in-recorder');
    // An engine by its command line; it holds the lock until its input ends.
    const engine = lab.start(['bash', '-c', 'exec -a pulumi tail -f /dev/null --pid "$PPID"']);
    const pulumi = path.join(labs.session.directory, 'pulumi-state', '.pulumi');
    const started = lab.startUp();
    const made = () => existsSync(path.join(pulumi, 'stacks', 'cnilab', `${lab.stack}.json`));
    await expect.poll(made, { timeout: 60_000, interval: 5 }).toBe(true);
    const locks = path.join(pulumi, 'locks', 'organization', 'cnilab', lab.stack);
    mkdirSync(locks, { recursive: true });
    const timestamp = new Date().toISOString();
    const holder = { pid: engine.pid, username: 'other', hostname: hostname(), timestamp };
    writeFileSync(path.join(locks, 'other.json'), JSON.stringify(holder));
    const message = refusal(lab, await started.ended, 3);
    expect(message).toMatch(BUSY);
    expect(message).not.toContain('could not be taken down');
    process.kill(engine.pid, 'SIGKILL');
    await engine.ended;
    await expectUp(lab);
    await expectDown(lab);
  });
});
