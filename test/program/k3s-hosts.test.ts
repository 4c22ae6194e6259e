// K3s on machines over ssh as a graph of resources: what is copied and run where, in which order, what is secret, what destroy runs.
// @pulumi/command's plugin is not asked: nothing here reaches a machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseK3sHosts } from '../../infra/backends/k3s/hosts.ts';
import { K3sHosts } from '../../infra/components/k3s-hosts.ts';

const SECRET = '4dabf18193072939515e22adb298388d';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPHs3TpYbGjczj8L8wDpN3NH6lDfY2G86+sdxnkiMHm4';
const KUBECONFIG = 'clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n  name: default\n';
const TOKEN = 'K10secret::server:join';
const nodes = [
  { name: 'k3s-server', role: 'control-plane', address: '192.168.56.2', podCIDR: '10.42.0.0/24' },
  { name: 'k3s-agent', role: 'worker', address: '192.168.56.3', podCIDR: '10.42.1.0/24' },
  { name: 'k3s-third', role: 'worker', address: '192.168.56.4', podCIDR: '10.42.2.0/24' },
] as const;
const network = { type: 'flannel', podCIDR: '10.42.0.0/16', vni: 1, port: 8472 } as const;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-hosts-'));
  for (const name of ['key', 'k3s', 'install.sh', 'images.tar.zst'])
    writeFileSync(path.join(directory, name), `${name} text`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Declared {
  readonly name: string;
  readonly type: string;
  /** As they go to the engine: secrets wrapped. */
  readonly wire: Readonly<Record<string, unknown>>;
  readonly after: readonly string[];
  readonly secretOutputs: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

const configOf = (change: object = {}) => {
  const key = { privateKeyFile: path.join(directory, 'key'), hostKey: KEY };
  return {
    hosts: [
      { name: 'k3s-third', host: '192.0.2.13', user: 'root', ...key },
      {
        name: 'k3s-agent',
        host: '192.0.2.12',
        user: 'lab',
        port: 2222,
        agent: '/run/agent',
        hostKey: `${KEY} comment`,
      },
      { name: 'k3s-server', host: 'server.example', user: 'lab', address: '10.0.0.1', ...key },
    ],
    version: 'v1.34.4+k3s1',
    ...change,
  };
};

async function declared(config: object, given = nodes.length) {
  const heard: Declared[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ name, inputs }) {
        const stdout = name.endsWith('-token') ? TOKEN : name.endsWith('-kubeconfig') ? KUBECONFIG : '';
        return { id: `id of ${name}`, state: { ...inputs, stdout } };
      },
      call: ({ inputs }) => inputs,
    },
    'cnilab',
    'blue',
    false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Registration, done: unknown): unknown;
    registerResourceOutputs(request: unknown, done: unknown): unknown;
  };
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  const ended = new Promise<void>((resolve) => {
    monitor.registerResourceOutputs = (request, done) => {
      resolve();
      return registerOutputs(request, done);
    };
  });
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    heard.push({
      name: request.getName(),
      type: request.getType().split(':').at(-1) ?? '',
      wire: request.getObject()?.toJavaScript() ?? {},
      after: request.getDependenciesList().map((urn) => urn.split('::').at(-1) ?? ''),
      secretOutputs: request.getAdditionalsecretoutputsList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
    });
    return register(request, done);
  };
  const of = nodes.slice(0, given);
  const hosts = new K3sHosts('k3s', {
    owner: ['cnilab', 'blue'],
    nodes: of,
    network,
    config: parseK3sHosts(config, of),
  });
  const value = <T>(output: pulumi.Output<T>) =>
    new Promise<{ readonly value: T; readonly secret: boolean }>((resolve) =>
      output.apply(async (value) => resolve({ value, secret: await pulumi.isSecret(output) })),
    );
  const [kubeconfig, settings] = [await value(hosts.kubeconfig), await value(hosts.settings)];
  await ended;
  return { heard: heard.filter(({ type }) => type !== 'K3sHosts'), kubeconfig, settings };
}

interface Registration {
  getName(): string;
  getType(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getDeletebeforereplace(): boolean;
}

/** The value of a wire secret, or undefined when it is none. */
const inSecret = (wire: unknown): unknown =>
  typeof wire === 'object' && wire !== null && SECRET in wire
    ? (wire as { value?: unknown }).value
    : undefined;
/** Without what is inside secrets. */
const visible = (wire: unknown): unknown => {
  if (inSecret(wire) !== undefined) return '[secret]';
  if (Array.isArray(wire)) return wire.map(visible);
  if (typeof wire !== 'object' || wire === null) return wire;
  return Object.fromEntries(Object.entries(wire).map(([key, value]) => [key, visible(value)]));
};

test('the server first, then the agents one after the other, each when the one before has its range', async () => {
  const { heard } = await declared(configOf());
  const lines = heard.map(
    ({ name, type, after }) =>
      `${type} ${name.slice(4)} after ${
        after
          .map((other) => other.slice(4))
          .sort()
          .join(', ') || '-'
      }`,
  );
  expect(lines.sort().join('\n')).toMatchInlineSnapshot(`
    "Command k3s-agent-claim after k3s-agent-script
    Command k3s-agent-install after k3s-agent-claim, k3s-server-announced-k3s-agent, k3s-server-install, k3s-server-token
    Command k3s-server-announced-k3s-agent after k3s-agent-claim, k3s-server-install
    Command k3s-server-announced-k3s-third after k3s-server-install, k3s-server-joined-k3s-agent, k3s-third-claim
    Command k3s-server-claim after k3s-server-script
    Command k3s-server-install after k3s-agent-claim, k3s-server-claim, k3s-third-claim
    Command k3s-server-joined-k3s-agent after k3s-agent-install
    Command k3s-server-joined-k3s-third after k3s-third-install
    Command k3s-server-kubeconfig after k3s-server-install
    Command k3s-server-token after k3s-server-install
    Command k3s-third-claim after k3s-third-script
    Command k3s-third-install after k3s-server-announced-k3s-third, k3s-server-install, k3s-server-token, k3s-third-claim
    CopyToRemote k3s-agent-script after -
    CopyToRemote k3s-server-script after -
    CopyToRemote k3s-third-script after -"
  `);
});

test('what is run: short commands, sudo only for who is not root; destroy takes everything back', async () => {
  const { heard } = await declared(configOf());
  const commands = heard
    .filter(({ type }) => type === 'Command')
    .map(({ name, wire }) => [name, wire.create, wire.delete]);
  expect(
    Object.fromEntries(commands.map(([name, create, remove]) => [name, [create, remove]])),
  ).toMatchInlineSnapshot(`
    {
      "k3s-k3s-agent-claim": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh claim id=7e402962b97aff12 role=agent",
        "if [ -e .cnilab-k3s/7e402962b97aff12/k3s.sh ]; then sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh release id=7e402962b97aff12 role=agent && rm -rf .cnilab-k3s/7e402962b97aff12 && { rmdir .cnilab-k3s 2>/dev/null || true; }; else if [ -e /etc/rancher/cnilab-k3s ]; then echo '.cnilab-k3s/7e402962b97aff12/k3s.sh is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: run /usr/local/bin/k3s-agent-uninstall.sh, remove /etc/rancher/cnilab-k3s, then take the lab down again' >&2; exit 3; fi; fi",
      ],
      "k3s-k3s-agent-install": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh install id=7e402962b97aff12 role=agent version=v1.34.4+k3s1",
        "if [ -e .cnilab-k3s/7e402962b97aff12/k3s.sh ]; then sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh uninstall id=7e402962b97aff12 role=agent; else if [ -e /etc/rancher/cnilab-k3s ]; then echo '.cnilab-k3s/7e402962b97aff12/k3s.sh is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: run /usr/local/bin/k3s-agent-uninstall.sh, remove /etc/rancher/cnilab-k3s, then take the lab down again' >&2; exit 3; fi; fi",
      ],
      "k3s-k3s-server-announced-k3s-agent": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh announce id=7e402962b97aff12 role=server node=k3s-agent ranges=10.42.1.0/24",
        undefined,
      ],
      "k3s-k3s-server-announced-k3s-third": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh announce id=7e402962b97aff12 role=server node=k3s-third ranges=10.42.2.0/24",
        undefined,
      ],
      "k3s-k3s-server-claim": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh claim id=7e402962b97aff12 role=server",
        "if [ -e .cnilab-k3s/7e402962b97aff12/k3s.sh ]; then sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh release id=7e402962b97aff12 role=server && rm -rf .cnilab-k3s/7e402962b97aff12 && { rmdir .cnilab-k3s 2>/dev/null || true; }; else if [ -e /etc/rancher/cnilab-k3s ]; then echo '.cnilab-k3s/7e402962b97aff12/k3s.sh is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: run /usr/local/bin/k3s-uninstall.sh, remove /etc/rancher/cnilab-k3s, then take the lab down again' >&2; exit 3; fi; fi",
      ],
      "k3s-k3s-server-install": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh install id=7e402962b97aff12 role=server version=v1.34.4+k3s1",
        "if [ -e .cnilab-k3s/7e402962b97aff12/k3s.sh ]; then sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh uninstall id=7e402962b97aff12 role=server; else if [ -e /etc/rancher/cnilab-k3s ]; then echo '.cnilab-k3s/7e402962b97aff12/k3s.sh is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: run /usr/local/bin/k3s-uninstall.sh, remove /etc/rancher/cnilab-k3s, then take the lab down again' >&2; exit 3; fi; fi",
      ],
      "k3s-k3s-server-joined-k3s-agent": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh joined id=7e402962b97aff12 role=server node=k3s-agent",
        undefined,
      ],
      "k3s-k3s-server-joined-k3s-third": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh joined id=7e402962b97aff12 role=server node=k3s-third",
        undefined,
      ],
      "k3s-k3s-server-kubeconfig": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh kubeconfig id=7e402962b97aff12 role=server",
        undefined,
      ],
      "k3s-k3s-server-token": [
        "sudo -n -- sh .cnilab-k3s/7e402962b97aff12/k3s.sh token id=7e402962b97aff12 role=server",
        undefined,
      ],
      "k3s-k3s-third-claim": [
        "sh .cnilab-k3s/7e402962b97aff12/k3s.sh claim id=7e402962b97aff12 role=agent",
        "if [ -e .cnilab-k3s/7e402962b97aff12/k3s.sh ]; then sh .cnilab-k3s/7e402962b97aff12/k3s.sh release id=7e402962b97aff12 role=agent && rm -rf .cnilab-k3s/7e402962b97aff12 && { rmdir .cnilab-k3s 2>/dev/null || true; }; else if [ -e /etc/rancher/cnilab-k3s ]; then echo '.cnilab-k3s/7e402962b97aff12/k3s.sh is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: run /usr/local/bin/k3s-agent-uninstall.sh, remove /etc/rancher/cnilab-k3s, then take the lab down again' >&2; exit 3; fi; fi",
      ],
      "k3s-k3s-third-install": [
        "sh .cnilab-k3s/7e402962b97aff12/k3s.sh install id=7e402962b97aff12 role=agent version=v1.34.4+k3s1",
        "if [ -e .cnilab-k3s/7e402962b97aff12/k3s.sh ]; then sh .cnilab-k3s/7e402962b97aff12/k3s.sh uninstall id=7e402962b97aff12 role=agent; else if [ -e /etc/rancher/cnilab-k3s ]; then echo '.cnilab-k3s/7e402962b97aff12/k3s.sh is gone from this machine, which has K3s of this lab' >&2; echo 'as root there: run /usr/local/bin/k3s-agent-uninstall.sh, remove /etc/rancher/cnilab-k3s, then take the lab down again' >&2; exit 3; fi; fi",
      ],
    }
  `);
});

test('token, kubeconfig and private keys are secrets wherever they go, and are not logged', async () => {
  const { heard, kubeconfig, settings } = await declared(configOf());
  const shown = JSON.stringify(heard.map(({ wire }) => visible(wire)));
  for (const secret of [TOKEN, 'secret::', 'key text']) expect(shown).not.toContain(secret);
  const of = (name: string) => heard.find((resource) => resource.name === name);
  expect(inSecret(of('k3s-k3s-agent-install')?.wire.stdin)).toContain(`token: ${TOKEN}`);
  for (const what of ['token', 'kubeconfig']) {
    const command = of(`k3s-k3s-server-${what}`);
    expect(command?.secretOutputs).toEqual(expect.arrayContaining(['stdout', 'stderr']));
    expect(command?.wire.logging).toBe('none');
  }
  expect(heard.filter(({ wire }) => inSecret(wire.connection) === undefined)).toEqual([]);
  expect(kubeconfig.secret).toBe(true);
  expect(kubeconfig.value).toContain('server: https://server.example:6443');
  expect(settings.secret).toBe(false);
});

test('every connection checks the host key that was given', async () => {
  const { heard } = await declared(configOf());
  const connections = heard.map(({ wire }) => inSecret(wire.connection) as Record<string, unknown>);
  expect(new Set(connections.map(({ hostKey }) => hostKey))).toEqual(new Set([KEY]));
  const agent = heard.find(({ name }) => name === 'k3s-k3s-agent-claim')?.wire.connection;
  expect(inSecret(agent)).toMatchObject({
    host: '192.0.2.12',
    user: 'lab',
    port: 2222,
    agentSocketPath: '/run/agent',
  });
});

test('for the backend: the machines in order, without secrets', async () => {
  const { settings } = await declared(configOf());
  const { hosts, ...rest } = settings.value;
  expect(rest).toEqual({ id: expect.stringMatching(/^[0-9a-f]{16}$/), flannel: 'vxlan' });
  expect(JSON.parse(hosts ?? '').map(({ name }: { name: string }) => name)).toEqual([
    'k3s-server',
    'k3s-agent',
    'k3s-third',
  ]);
  expect(hosts).not.toContain('key text');
});

test('air-gapped: files are copied after the machine is taken and before K3s is installed', async () => {
  const files = {
    binary: path.join(directory, 'k3s'),
    installer: path.join(directory, 'install.sh'),
    images: path.join(directory, 'images.tar.zst'),
  };
  const { version: _, ...config } = configOf(files);
  const { heard } = await declared(config, 3);
  for (const machine of ['k3s-k3s-server', 'k3s-k3s-third']) {
    const copies = ['binary', 'images', 'installer'].map((kind) =>
      heard.find(({ name }) => name === `${machine}-${kind}`),
    );
    expect(copies.map((copy) => copy?.after)).toEqual(Array(3).fill([`${machine}-claim`]));
    const install = heard.find(({ name }) => name === `${machine}-install`);
    expect(install?.after).toEqual(
      expect.arrayContaining(['binary', 'images', 'installer'].map((kind) => `${machine}-${kind}`)),
    );
    expect(install?.wire.create).toMatch(
      / installer=(\.cnilab-k3s\/[0-9a-f]+)\/install\.sh binary=\1\/k3s images=\1\/images\.tar\.zst/,
    );
  }
});

test('another version: what stands is uninstalled first, agents go along with their server', async () => {
  const [one, two] = [await declared(configOf()), await declared(configOf({ version: 'v1.35.0+k3s1' }))];
  const triggers = ({ heard }: typeof one, name: string) =>
    heard.find((resource) => resource.name === name)?.wire.triggers;
  expect(triggers(one, 'k3s-k3s-server-install')).not.toEqual(triggers(two, 'k3s-k3s-server-install'));
  expect(triggers(one, 'k3s-k3s-agent-install')).toContain('id of k3s-k3s-server-install');
  expect(triggers(one, 'k3s-k3s-server-claim')).toEqual(triggers(two, 'k3s-k3s-server-claim'));
  for (const { type, deleteBeforeReplace } of one.heard) expect(deleteBeforeReplace).toBe(type === 'Command');
});

test.each([
  ['address is another machine: the old one', { host: '192.0.2.99' }],
  ["user has another home: what is in the old one's", { user: 'other' }],
])('another %s is given back', async (_, change) => {
  const config = configOf();
  const moved = {
    ...config,
    hosts: config.hosts.map((host) => (host.name === 'k3s-agent' ? { ...host, ...change } : host)),
  };
  const [one, two] = [await declared(config), await declared(moved)];
  const triggers = ({ heard }: typeof one, name: string) =>
    heard.find((resource) => resource.name === name)?.wire.triggers;
  expect(triggers(one, 'k3s-k3s-agent-claim')).not.toEqual(triggers(two, 'k3s-k3s-agent-claim'));
  expect(triggers(one, 'k3s-k3s-third-claim')).toEqual(triggers(two, 'k3s-k3s-third-claim'));
});

test('a private key that cannot be read: one message', async () => {
  const hosts = configOf().hosts.map((host) => ({
    ...host,
    agent: undefined,
    privateKeyFile: '/no/such/key',
  }));
  await expect(declared(configOf({ hosts }))).rejects.toThrow(
    /^cnilab:k3s: the private key of k3s-server cannot be read: ENOENT/,
  );
});
