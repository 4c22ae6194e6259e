// What a person gets for a mistake, through the real command on the real kernel: one message, an exit code, no remains.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabResults } from '../../infra/experiments/result.ts';
import { findTool } from '../../infra/util/tools.ts';
import { type CliLab, CliLabs } from '../support/cli-labs.ts';
import { expectNothingLeft, refusal } from '../support/refusal.ts';
import {
  belowUserNamespaceLimit,
  inChroot,
  withFullDisk,
  withoutTool,
  withoutUserNamespaces,
} from '../support/within.ts';

const isRoot = process.getuid?.() === 0;

let labs: CliLabs;

beforeAll(async () => {
  labs = await CliLabs.open();
});

afterAll(async () => {
  await labs?.close();
});

/** One node and one pod. */
const ONE_POD = `
cluster: { nodes: [{ name: n1 }] }
network: { type: kindnet, podCIDR: 10.9.0.0/16 }
workloads: [{ name: p, kind: pod }]
`;

/** The same, wired by a conflist that has this one plugin. */
function wiredBy(type: string, settings: Readonly<Record<string, string>> = {}) {
  const conflist = { cniVersion: '1.0.0', name: 'own', plugins: [{ type, ...settings }] };
  return {
    yaml: ONE_POD.replace('type: kindnet,', 'type: conflist, configs: configs,'),
    configs: { '10-own.conflist': JSON.stringify(conflist) },
  };
}

describe('a lab file that is wrong', () => {
  it('says where a key is misspelt and which one was meant', async () => {
    const lab = await labs.lab('misspelt', { yaml: ONE_POD.replace('workloads', 'workload') });
    expect(refusal(lab, await lab.up(), 2)).toMatchInlineSnapshot(`
      "cnilab: <lab>/lab.yaml:5:1: unknown key "workload"
        5 | workload: [{ name: p, kind: pod }]
          | ^^^^^^^^
        did you mean "workloads"?"
    `);
    await expectNothingLeft(lab);
  });

  it('says where a pod is put on a node that there is not', async () => {
    const yaml = ONE_POD.replace('kind: pod', 'kind: pod, nodes: [n2]');
    const lab = await labs.lab('no-such-node', { yaml });
    expect(refusal(lab, await lab.up(), 2)).toMatchInlineSnapshot(`
      "cnilab: <lab>/lab.yaml:5:43: there is no node "n2"
        5 | workloads: [{ name: p, kind: pod, nodes: [n2] }]
          |                                           ^^
        did you mean "n1"?"
    `);
    await expectNothingLeft(lab);
  });

  it('says where a conflist is not JSON', async () => {
    const { yaml } = wiredBy('bridge');
    const lab = await labs.lab('not-json', { yaml, configs: { '10-own.conflist': '{ "name": own }' } });
    expect(refusal(lab, await lab.up(), 2)).toMatchInlineSnapshot(`
      "cnilab: <lab>/configs/10-own.conflist:1:11: not JSON: expected a value here
        1 | { "name": own }
          |           ^
        check commas and quotes"
    `);
    await expectNothingLeft(lab);
  });
});

describe('a command that is wrong', () => {
  it('names the backends there are for one there is not', async () => {
    const lab = await labs.lab('no-such-backend', { yaml: ONE_POD });
    const result = await lab.up({ args: ['--backend', 'knid'] });
    expect(refusal(lab, result, 2)).toMatchInlineSnapshot(
      `
      "cnilab: up: option '--backend <name>' argument 'knid' is invalid. Allowed choices are netns, kind, minikube, k3s, existing
        → did you mean "kind"?
        → usage: npm run up -- [options] [lab]
        → for example: npm run up -- flannel
        → npm run up -- --help   shows more"
    `,
    );
    await expectNothingLeft(lab);
  });

  it.skipIf(isRoot)('refuses isolation "root" to an ordinary user', async () => {
    const lab = await labs.lab('not-root', { yaml: ONE_POD });
    const result = await lab.up({ args: ['--isolation', 'root'] });
    expect(refusal(lab, result, 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "not-root" could not be stood up:
        cluster: isolation "root" needs root
        run the same command with sudo, or use isolation "auto"
        → npm run up -- <lab>/lab.yaml --stack not-root   tries again, from the beginning
        → the engine's own account: <state>/logs/not-root.engine.log"
    `);
    await expectNothingLeft(lab);
  });
});

describe('a plugin that does not do its work', () => {
  it('does not take away what somebody has said in the config of a stack that there was not yet', async () => {
    const lab = await labs.lab('said-before', wiredBy('brigde'));
    const file = path.resolve(import.meta.dirname, '..', '..', 'labs', 'stacks', `Pulumi.${lab.stack}.yaml`);
    const said = 'config:\n  cnilab:k3s:\n    hosts: [{ address: 192.0.2.1 }] # mine\n';
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, said);
    expect((await lab.up()).exitCode).toBe(3);
    expect(readFileSync(file, 'utf8')).toBe(said);
    rmSync(file);
    await expectNothingLeft(lab);
  });

  it('is named when it is not installed, with the one that may be meant', async () => {
    const lab = await labs.lab('no-such-plugin', wiredBy('brigde'));
    expect(refusal(lab, await lab.up(), 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "no-such-plugin" could not be stood up:
        workload p: CNI ADD by plugin brigde for p (eth0) of network own on n1: there is no plugin "brigde" (looked in <plugins>, …)
          Did you mean "bridge"? Otherwise install the plugins (Debian, Ubuntu: apt-get install containernetworking-plugins; elsewhere unpack the release of github.com/containernetworking/plugins into /opt/cni/bin).
        → npm run up -- <lab>/lab.yaml --stack no-such-plugin   tries again, from the beginning
        → the engine's own account: <state>/logs/no-such-plugin.engine.log"
    `);
    await expectNothingLeft(lab);
  });

  it('is killed when it hangs, and the message says how to give it longer', async () => {
    const lab = await labs.lab('hanging-plugin', wiredBy('stand-in-hang'));
    lab.installPlugin('stand-in-hang');
    expect(refusal(lab, await lab.up({ env: { CNILAB_CNI_TIMEOUT: '1' } }), 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "hanging-plugin" could not be stood up:
        workload p: CNI ADD by plugin stand-in-hang for p (eth0) of network own on n1: the plugin hung and was killed after 1 s
          A slow machine may need longer: export CNILAB_CNI_TIMEOUT=4 (seconds).
        → npm run up -- <lab>/lab.yaml --stack hanging-plugin   tries again, from the beginning
        → the engine's own account: <state>/logs/hanging-plugin.engine.log"
    `);
    await expectNothingLeft(lab);
  });

  it('is quoted when it prints something else than a CNI result', async () => {
    const lab = await labs.lab('babbling-plugin', wiredBy('stand-in-garbage', { how: 'text' }));
    lab.installPlugin('stand-in-garbage');
    expect(refusal(lab, await lab.up(), 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "babbling-plugin" could not be stood up:
        workload p: CNI ADD by plugin stand-in-garbage for p (eth0) of network own on n1: the plugin ended well, but what it printed is not a CNI result: "Segmentation fault (core dumped)\\n"
        → npm run up -- <lab>/lab.yaml --stack babbling-plugin   tries again, from the beginning
        → the engine's own account: <state>/logs/babbling-plugin.engine.log"
    `);
    await expectNothingLeft(lab);
  });
});

describe('a machine that cannot do it', () => {
  it('says which tool is missing and what installs it, before anything starts', async () => {
    const lab = await labs.lab('no-tool', { yaml: ONE_POD });
    const result = await lab.up({ within: withoutTool(findTool('setcap') ?? '') });
    expect(refusal(lab, result, 3)).toMatch(
      /^cnilab: this machine lacks tools: setcap \(file capabilities\)\.\n.*libcap/s,
    );
    expect(result.stdout).toBe('');
    await expectNothingLeft(lab);
  });

  it('says that user namespaces are forbidden, and what allows them', async () => {
    const lab = await labs.lab('forbidden', { yaml: ONE_POD });
    const result = await lab.up({ within: withoutUserNamespaces() });
    expect(refusal(lab, result, 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "forbidden" could not be stood up:
        cluster: user namespaces are forbidden here (user.max_user_namespaces is 0)
        as root: sysctl -w user.max_user_namespaces=15000
        → npm run up -- <lab>/lab.yaml --stack forbidden   tries again, from the beginning
        → the engine's own account: <state>/logs/forbidden.engine.log"
    `);
    await expectNothingLeft(lab);
  });

  it('says so too when only the kernel knows: a limit of a namespace above', async () => {
    const lab = await labs.lab('limit-above', { yaml: ONE_POD });
    const result = await lab.up({ within: belowUserNamespaceLimit() });
    expect(refusal(lab, result, 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "limit-above" could not be stood up:
        cluster: the kernel makes no further user namespace: the limit here or of a namespace above is reached
        as root, outside of any container: sysctl -w user.max_user_namespaces=15000
        → npm run up -- <lab>/lab.yaml --stack limit-above   tries again, from the beginning
        → the engine's own account: <state>/logs/limit-above.engine.log"
    `);
    await expectNothingLeft(lab);
  });

  it('says so too in a chroot', async () => {
    const lab = await labs.lab('chroot', { yaml: ONE_POD });
    const root = path.join(labs.directory, 'root');
    mkdirSync(root);
    const result = await lab.up({ within: inChroot(root) });
    expect(refusal(lab, result, 3)).toMatchInlineSnapshot(`
      "cnilab: the lab under stack "chroot" could not be stood up:
        cluster: the kernel refuses to make a user namespace here, as in a chroot or a hardened container (Operation not permitted)
        run it outside, or start the container with: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined
        → npm run up -- <lab>/lab.yaml --stack chroot   tries again, from the beginning
        → the engine's own account: <state>/logs/chroot.engine.log"
    `);
    await expectNothingLeft(lab);
  });
});

describe('a disk that is full', () => {
  it('keeps a lab from being made, and leaves nothing of it', async () => {
    const lab = await labs.lab('no-room', { yaml: ONE_POD });
    const state = path.join(labs.directory, 'no-room', 'state');
    const listing = path.join(labs.directory, 'no-room', 'listing');
    mkdirSync(state);
    const within = withFullDisk(state, listing);
    const message = refusal(lab, await lab.up({ within, env: { CNILAB_STATE_DIR: state } }), 3);
    expect(message).toMatch(/cluster: cannot write \S+\/cluster\.json: .*no space left on device/);
    const left = readFileSync(listing, 'utf8')
      .split('\n')
      .filter((file) => !file.endsWith('.engine.log'));
    expect(left).toEqual(['']);
    await expectNothingLeft(lab);
  });
});

describe('experiments that do not pass', () => {
  const experiment = (onFailure: string, word = 'true', exitCode = 1) => `
experiments:
  - { name: good, kind: exec, steps: [{ in: p, command: ["true"] }] }
  - name: tried
    kind: exec
    onFailure: ${onFailure}
    steps: [{ name: it fails, in: p, command: [${word}], expect: { exitCode: ${exitCode} } }]
`;
  let lab: CliLab;

  beforeAll(async () => {
    lab = await labs.lab('failing', { yaml: ONE_POD + experiment('record', '"true"') });
  });

  const verdicts = async () => {
    const { stdout } = await lab.run(['results', lab.stack, '--json']);
    const { verdict, experiments } = JSON.parse(stdout) as LabResults;
    return { verdict, ...Object.fromEntries(experiments.map((one) => [one.name, one.verdict])) };
  };

  it('are only recorded where the lab says so', async () => {
    const { exitCode, stderr } = await lab.up();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await verdicts()).toEqual({ verdict: 'fail', good: 'pass', tried: 'fail' });
  });

  it('fail the command otherwise, and the lab stays up to look at', async () => {
    const handle = lab.record()?.handle;
    await lab.write({ yaml: ONE_POD + experiment('fail', '"true"') });
    const { exitCode, stdout, stderr } = await lab.up();
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toContain('it fails');
    expect(stdout).not.toMatch(/^\s+at .*:\d+/m);
    expect(await verdicts()).toEqual({ verdict: 'fail', good: 'pass', tried: 'fail' });
    expect(lab.record()).toMatchObject({ handle, status: 'ready' });
  });

  it('are inconclusive when their tool is missing', async () => {
    await lab.write({ yaml: ONE_POD + experiment('fail', 'no-such-tool', 0) });
    const { exitCode, stdout, stderr } = await lab.up();
    expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 4, stderr: '', stdout });
    expect(stdout).toContain('no-such-tool');
    expect(await verdicts()).toEqual({ verdict: 'inconclusive', good: 'pass', tried: 'inconclusive' });
  });

  it('leave the stack to its lab: another one is not stood up in its place', async () => {
    const before = lab.record();
    const other = await labs.lab('another', { yaml: ONE_POD });
    const result = await other.run(['up', other.file, '--stack', lab.stack]);
    expect(refusal(other, result, 2)).toMatchInlineSnapshot(`
      "cnilab: stack "failing" holds lab failing, not another
        → npm run up -- <lab>/lab.yaml --stack <another name>   stands this one up beside it
        → npm run down -- --stack failing   takes the other one down"
    `);
    expect(lab.record()).toEqual(before);
    await expectNothingLeft(other);
  });
});

describe('a lab that somebody has broken', () => {
  it('fails `verify`, which says what the stack still has; list and results show the new verdict', async () => {
    const mtu = (title: string, name: string) =>
      `  - { name: ${name}, kind: exec, steps: [{ in: ${title}, command: [cat, /sys/class/net/eth0/mtu], expect: { stdout: "1500\\n" } }] }`;
    const yaml = `${ONE_POD}experiments:\n${mtu('p', 'of-pod')}\n${mtu('n1', 'of-node')}\n`;
    const lab = await labs.lab('broken', { yaml });
    const stack = ['--stack', lab.stack];
    expect(await lab.up()).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await lab.run(['verify', ...stack])).stdout).not.toContain('outputs');
    await lab.run(['exec', 'p', ...stack, '--', 'ip', 'link', 'set', 'eth0', 'mtu', '1400']);
    const verified = await lab.run(['verify', ...stack]);
    expect(verified).toMatchObject({ exitCode: 1, stderr: '' });
    expect(verified.stdout).toMatch(/^The stack's outputs still have .*: of-pod \(pass\)\. .*\n$/m);
    const json = await lab.run(['verify', ...stack, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'fail' });
    expect(json.stderr).toMatch(/^The stack's outputs .*\n$/);
    const shown = [await lab.run(['list', '--json']), await lab.run(['results', lab.stack, '--json'])];
    const [listed, results] = shown.map(({ stdout }) => JSON.parse(stdout));
    expect(listed.stacks).toContainEqual(expect.objectContaining({ stack: lab.stack, verdict: 'fail' }));
    expect(results.verdict).toBe('fail');
    await lab.down();
    await expectNothingLeft(lab);
  });
});

describe('a capture that cannot be made', () => {
  const captured = `${ONE_POD}
experiments:
  - name: seen
    kind: capture
    taps: [{ name: pod, at: p, dev: eth0 }]
    ping: { from: p, to: n1, count: 40, interval: 0.01 }
    checks: [{ name: every request is answered, select: ping, expect: { received: 40 } }]
`;

  it('is refused without tcpdump', async () => {
    const lab = await labs.lab('no-tcpdump', { yaml: captured });
    const result = await lab.up({ within: withoutTool(findTool('tcpdump') ?? '') });
    expect(refusal(lab, result, 3)).toMatch(/^cnilab: this machine lacks tools: tcpdump \(captures\)\./);
    await expectNothingLeft(lab);
  });

  it('is inconclusive without tcpdump where nobody looked before: in a plain pulumi up', async () => {
    const lab = await labs.lab('no-tap', { yaml: captured });
    await lab.start(['pulumi', 'stack', 'init', lab.stack]).ended;
    const argv = ['pulumi', 'up', '--yes', '--skip-preview', '--stack', lab.stack];
    const within = withoutTool(findTool('tcpdump') ?? '');
    const { stdout } = await lab.start([...within, ...argv, '--config', `cnilab:lab=${lab.file}`]).ended;
    expect(stdout).toMatch(/tap "pod" .* did not start: .*tcpdump/);
    const { experiments } = JSON.parse(
      readFileSync(lab.state('results', 'results.json'), 'utf8'),
    ) as LabResults;
    expect(experiments[0]).toMatchObject({ verdict: 'inconclusive' });
    expect(lab.record()?.status).toBe('ready');
    await lab.down();
    await expectNothingLeft(lab);
  });

  it('is inconclusive on a full disk, leaves no half of a file, and the lab stays up', async () => {
    const lab = await labs.lab('full-disk', { yaml: captured });
    const captures = lab.state('results', 'captures');
    const listing = path.join(labs.directory, 'listing');
    mkdirSync(captures, { recursive: true });
    const { exitCode, stdout, stderr } = await lab.up({ within: withFullDisk(captures, listing) });
    expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 4, stderr: '', stdout });
    expect(stdout).toContain('the disk is full');
    expect(readFileSync(listing, 'utf8')).toBe('');
    const results = JSON.parse(readFileSync(lab.state('results', 'results.json'), 'utf8')) as LabResults;
    expect(results.experiments[0]).toMatchObject({ verdict: 'inconclusive', artifacts: [] });
    expect(lab.record()?.status).toBe('ready');
    await lab.down();
    await expectNothingLeft(lab);
  });
});
