#!/usr/bin/env node
// Stands in for minikube: keeps profiles where minikube does, prints the formats recorded from the real one, starts nothing.
// `ssh` runs the command on this machine. $MINIKUBE_HOME/stand-in.json tells it what to do wrong, by command:
// { "start": "<recording>" } prints that recording and ends with its exit status; a start does so when the first node's
// profile has been saved. "hang" for a recording: it says what it does, and goes on for ever. { "hosts": "Stopped" } is
// the state of all hosts; { "silent": true }: the driver does not answer. { "lacks":
// "tcpdump" }: so do the nodes. Calls are lines of $MINIKUBE_HOME/calls.txt,
// docker's networks files of $MINIKUBE_HOME/networks.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/**
 * @typedef {{ Name: string, IP: string, ControlPlane: boolean, [key: string]: unknown }} Node
 * @typedef {{ Name: string, Nodes: Node[] }} Config
 */

const RECORDED = path.join(import.meta.dirname, '../unit/backends/minikube/recorded');
const home = process.env.MINIKUBE_HOME ?? '';
const profiles = path.join(home, 'profiles');
mkdirSync(profiles, { recursive: true });
appendFileSync(path.join(home, 'calls.txt'), `${process.argv.slice(2).join(' ')}\n`);

const argv = process.argv.slice(2);
const cut = argv.indexOf('--');
const { values, positionals } = parseArgs({
  args: cut < 0 ? argv : argv.slice(0, cut),
  strict: false,
  options: {
    profile: { type: 'string', short: 'p' },
    output: { type: 'string', short: 'o' },
    node: { type: 'string', short: 'n' },
    nodes: { type: 'string' },
    'apiserver-names': { type: 'string' },
    driver: { type: 'string' },
    cni: { type: 'string' },
    subnet: { type: 'string' },
  },
});
const name = String(values.profile ?? 'minikube');
const config = path.join(profiles, name, 'config.json');
const wrong = readJson(path.join(home, 'stand-in.json')) ?? {};
/** @type {Record<string, () => void>} */
const commands = { version, profile, start, status, node, delete: remove, ssh, config: configure };
const [command = ''] = positionals;
commands[command]?.();

function version() {
  process.stdout.write('v1.38.1\n');
}

function profile() {
  const all = readdirSync(profiles).map((each) => ({
    Name: each,
    Status: '',
    Config: readJson(path.join(profiles, each, 'config.json')) ?? null,
    Active: false,
    ActiveKubeContext: false,
  }));
  const valid = all.filter(({ Config }) => Config !== null);
  const invalid = values.light ? [] : all.filter(({ Config }) => Config === null);
  process.stdout.write(JSON.stringify({ invalid, valid }));
}

function start() {
  const count = Number(values.nodes ?? 1);
  // Before it has looked at anything, minikube has made the profile's directory.
  mkdirSync(path.join(profiles, name), { recursive: true });
  writeFileSync(path.join(profiles, name, 'events.json'), '');
  if (wrong.start?.startsWith('start-')) {
    const late = readRecorded(wrong.start, 'out').includes('Starting Node');
    if (late) saveNew([node_(1, count, '')]);
    fail(wrong.start);
  }
  step(3, `Starting "${name}" primary control-plane node in "${name}" cluster`, 'Starting Node');
  if (wrong.start === 'hang') {
    saveNew([node_(1, count, '')]);
    step(8, 'Creating docker container (CPUs=2, Memory=3072MB) ...', 'Creating Container');
    setInterval(() => {}, 1000);
    return;
  }
  mkdirSync(path.join(home, 'networks'), { recursive: true });
  writeFileSync(path.join(home, 'networks', name), '');
  if (!existsSync(config)) saveNew(Array.from({ length: count }, (_, index) => node_(index + 1, count)));
  writeFileSync(process.env.KUBECONFIG ?? '', 'apiVersion: v1\nkind: Config\n', { mode: 0o644 });
  step(19, `To connect to this cluster, use:  --context=${name}`, 'Done');
}

function status() {
  /** @type {Config | undefined} */
  const saved = readJson(config);
  if (!saved) fail('status-missing');
  if (wrong.silent) fail('status-docker-down');
  const hosts = saved.Nodes.map((each) => ({
    Name: machine(saved, each),
    Host: wrong.hosts ?? 'Running',
    Kubelet: 'Running',
    APIServer: each.ControlPlane ? 'Running' : 'Irrelevant',
    Kubeconfig: each.ControlPlane ? 'Misconfigured' : 'Irrelevant',
    Worker: !each.ControlPlane,
  }));
  if (saved.Nodes.some(({ IP }) => IP === '')) fail('status-host-missing');
  process.stdout.write(JSON.stringify(hosts.length === 1 ? hosts[0] : hosts));
  process.exitCode = wrong.hosts ? 7 : 4;
}

function node() {
  /** @type {Config | undefined} */
  const saved = readJson(config);
  if (wrong.node || !saved) fail(wrong.node ?? 'ssh-profile-missing');
  if (positionals[1] !== 'add') return;
  saved.Nodes.push(node_(saved.Nodes.length + 1, 2));
  writeFileSync(config, JSON.stringify(saved));
}

function remove() {
  if (wrong.delete) fail(wrong.delete);
  /** @type {Config | undefined} */
  const saved = readJson(config);
  const several = (saved?.Nodes.length ?? 0) > 1;
  process.stdout.write(readRecorded(several ? 'delete-two' : saved ? 'delete' : 'delete-missing', 'out'));
  // While another container is attached to it, minikube cannot remove the network, and does not try again.
  if (!several) rmSync(path.join(home, 'networks', name), { force: true });
  rmSync(path.join(profiles, name), { recursive: true, force: true });
  rmSync(path.join(home, 'active'), { force: true });
}

function ssh() {
  /** @type {Config | undefined} */
  const saved = readJson(config);
  if (!saved) fail('ssh-profile-missing');
  if (wrong.hosts) fail('ssh-stopped');
  if (!saved.Nodes.some((each) => machine(saved, each) === values.node)) fail('ssh-node-missing');
  // minikube's own client would ask for a terminal, which a program's streams do not survive.
  const line = argv.slice(cut + 1).join(' ');
  if (line.includes('command -v "$tool"')) {
    process.stdout.write(wrong.lacks ? `${wrong.lacks}\n` : '');
    return;
  }
  const local = argv.includes('--native-ssh=false')
    ? spawnSync('sh', ['-c', line], { stdio: 'inherit' })
    : spawnSync('script', ['-qec', line, '/dev/null'], { stdio: 'inherit' });
  if (local.status !== 0) process.stderr.write(`ssh: exit status ${local.status}\n`);
  process.exitCode = local.status === 0 ? 0 : 1;
}

function configure() {
  const [, verb, , value] = positionals;
  const active = path.join(home, 'active');
  if (verb === 'set') writeFileSync(active, `${value}\n`);
  else if (existsSync(active)) process.stdout.write(readFileSync(active, 'utf8'));
  else fail('config-get-profile-unset');
}

/**
 * The recorded profile, as another.
 * @param {Node[]} Nodes
 */
function saveNew(Nodes) {
  const { Config } = JSON.parse(readRecorded('profile-list-two', 'out')).valid[0];
  const made = {
    ...Config,
    Name: name,
    Driver: values.driver ?? 'docker',
    KubernetesConfig: {
      ...Config.KubernetesConfig,
      ClusterName: name,
      APIServerNames: values['apiserver-names'] ? String(values['apiserver-names']).split(',') : null,
      CNI: values.cni ?? '',
    },
    Nodes,
  };
  mkdirSync(path.dirname(config), { recursive: true });
  writeFileSync(config, JSON.stringify(made));
}

/**
 * @param {number} index from 1
 * @param {number} count of all nodes
 * @param {string} address the one that the docker driver gives it, unless told otherwise
 * @returns {Node}
 */
function node_(
  index,
  count,
  address = String(values.subnet ?? '192.168.49.0').replace(/0$/, String(index + 1)),
) {
  return {
    Name: index === 1 ? '' : `m${String(index).padStart(2, '0')}`,
    IP: address,
    Port: 8443,
    KubernetesVersion: 'v1.35.1',
    ContainerRuntime: 'containerd',
    ControlPlane: index === 1,
    Worker: index > 1 || count === 1,
  };
}

/**
 * @param {Config} saved
 * @param {Node} node
 */
function machine(saved, { Name }) {
  return Name === '' || saved.Nodes.length === 1 ? saved.Name : `${saved.Name}-${Name}`;
}

/**
 * @param {number} current
 * @param {string} message
 * @param {string} title
 */
function step(current, message, title) {
  const data = { currentstep: String(current), message, name: title, totalsteps: '19' };
  const [recorded = ''] = readRecorded('start-dry-run', 'out').split('\n');
  process.stdout.write(`${JSON.stringify({ ...JSON.parse(recorded), data })}\n`);
}

/**
 * Prints what the real one was seen to print, and ends as it did.
 * @param {string} recording
 * @returns {never}
 */
function fail(recording) {
  const entry = readJson(path.join(RECORDED, 'index.json'))[recording];
  if (!entry) throw new Error(`there is no recording ${recording}`);
  process.stdout.write(readRecorded(recording, 'out'));
  process.stderr.write(readRecorded(recording, 'err'));
  process.exit(entry.exitCode);
}

/**
 * @param {string} recording
 * @param {'out' | 'err'} stream
 */
function readRecorded(recording, stream) {
  const file = path.join(RECORDED, `${recording}.${stream}`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** @param {string} file */
function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
