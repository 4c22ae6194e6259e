// The processes of a node's pods, read from what real runtimes printed: containerd 1.6.20 with crictl and ctr, two pods of two
// containers each (one in the node's network), one container that had exited, one with a command sent in (exec).
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ContainerFacts,
  containerFactsScript,
  parseContainerFacts,
} from '../../../../infra/backends/kubernetes/container-facts.ts';
import { exec } from '../../../../infra/util/exec.ts';

const recorded = (name: string) => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');
const two = '8e2147ab-b1fe-4c6f-baa8-d9362c42e445';
const hostNetwork = 'b5280aa3-4928-46b5-9cd0-1287da053b94';
const known = {
  sandboxes: [
    { id: '7cb6e80c96a3e13204fc52788c81af07621da5ef131381a31751602215da2a23', pid: 31975, podUid: two },
    {
      id: 'f584af2298754d2b8d0f980eb7c9afd0d1e8c5193ef8ea0a738c2483fb25c3f5',
      pid: 32025,
      podUid: hostNetwork,
    },
  ],
  containers: [
    {
      id: '032f8e3fb29a90b17762699a9a6c00d4f1ec1c2983e5cdd63698fa2396c80bf2',
      pid: 32623,
      podUid: hostNetwork,
    },
    { id: '250bdec90810468fceeecbe82f1a00e034b947e023d034ec666aa33013ad4851', pid: 32578, podUid: two },
    { id: '6eb6b736ba9ded81f05a05afca9e112b8247a1391c5b87f218f4b1eee9ad4118', pid: 32488, podUid: two },
    {
      id: '8b7bf904c5a03f7a4389ee71f81ec9d9e165fe68e784eadcb6c77849b34ff231',
      pid: 32535,
      podUid: hostNetwork,
    },
  ],
};

describe.each([
  ['crictl', 'crictl'],
  ['ctr', 'ctr'],
  ['cgroups', 'cgroups-cgroupfs'],
])('%s', (source, file) => {
  it('tells sandboxes and running containers, their first process and their pod', () => {
    expect(parseContainerFacts(recorded(file))).toEqual({ source, ...known });
  });
});

describe.each(['crictl-restarted', 'ctr-restarted'])('%s', (file) => {
  it('has a container that was started anew under its new id, and no longer under the old one', () => {
    const { sandboxes, containers } = parseContainerFacts(recorded(file));
    expect(sandboxes).toEqual(known.sandboxes);
    const ids = known.containers.map(({ id }) => id);
    expect(containers.filter(({ id }) => !ids.includes(id))).toEqual([
      { id: '9e914dba52a81fec77f464a0cc86005e1e30abd9eb112aecaf8653ae537b73fa', pid: 984, podUid: two },
    ]);
    expect(containers).toHaveLength(4);
  });
});

describe('a node of kind, with Kubernetes 1.34 and the systemd driver', () => {
  const byCtr = recorded('kind-ctr');
  const all = {
    crictl: parseContainerFacts(recorded('kind-crictl')),
    ctr: parseContainerFacts(byCtr),
    cgroups: parseContainerFacts(byCtr.slice(byCtr.indexOf('== processes'))),
  };

  it('is told alike by all sources', () => {
    expect(all.crictl).toMatchObject({ source: 'crictl' });
    for (const source of ['ctr', 'cgroups'] as const) expect(all[source]).toEqual({ ...all.crictl, source });
  });

  it('has a sandbox for every pod, static ones and those in its own network included', () => {
    const { sandboxes, containers } = all.ctr;
    expect([sandboxes.length, containers.length]).toEqual([10, 11]);
    const uids = sandboxes.map(({ podUid }) => podUid);
    // kube-apiserver: the hash that the API has as kubernetes.io/config.hash.
    expect(uids).toContain('b0bc391013f68cfc63bd3681b8573090');
    // shared: one sandbox, two containers.
    const shared = '9fd28825-b64b-4b11-b178-55e351daa6be';
    expect(sandboxes.filter(({ podUid }) => podUid === shared).map(({ pid }) => pid)).toEqual([1284]);
    expect(containers.filter(({ podUid }) => podUid === shared).map(({ pid }) => pid)).toEqual([1385, 1343]);
    expect(new Set(containers.map(({ podUid }) => podUid))).toEqual(new Set(uids));
  });
});

describe('cgroups', () => {
  const id = 'a'.repeat(64);
  const processes = (
    ...list: readonly (readonly [pid: number, comm: string, parent: number, started: number])[]
  ) =>
    list.map(
      ([pid, comm, parent, started]) =>
        `cgroup ${pid} 0::/kubepods/pod${two}/${id}\nstat ${pid} (${comm}) S ${parent} ${'0 '.repeat(17)}${started} 0`,
    );
  const facts = (...lines: readonly string[]) => parseContainerFacts(['== processes', ...lines].join('\n'));

  it('a container is its oldest process that came from outside, whatever their numbers', () => {
    // Number 7 was sent in later, after the numbers had begun anew; 6 is a child of the first one.
    const { containers } = facts(
      ...processes([7, 'sh', 900, 300], [1000, 'sh', 900, 100], [6, 'x', 1000, 50]),
    );
    expect(containers.map(({ pid }) => pid)).toEqual([1000]);
  });

  it('a program may call itself anything', () => {
    const { containers } = facts(...processes([6, 'sh', 900, 100], [5, 'a) S 1 (b', 6, 110]));
    expect(containers.map(({ pid }) => pid)).toEqual([6]);
  });

  it('without a shim for the whole pod the sandbox is the one that pauses', () => {
    expect(facts(...processes([5, 'pause', 900, 100]), 'parent 900 /usr/bin/conmon-b/run').sandboxes).toEqual(
      [{ id, pid: 5, podUid: two }],
    );
    // docker's shim is told of its own container only, whatever that is.
    const shim = `parent 900 /usr/bin/containerd-shim-runc-v2-namespacemoby-id${id}-address/run/c.sock`;
    expect(facts(...processes([5, 'sleep', 900, 100]), shim).sandboxes).toEqual([]);
  });

  it("containerd's shim knows better than the program's name", () => {
    const shim = (of: string) =>
      `parent 900 /usr/bin/containerd-shim-runc-v2-namespacek8s.io-id${of}-address/run/c.sock`;
    expect(facts(...processes([5, 'mypause', 900, 100]), shim(id)).sandboxes).toHaveLength(1);
    expect(facts(...processes([5, 'pause', 900, 100]), shim('b'.repeat(64))).containers).toHaveLength(1);
  });

  it('a process that ended meanwhile, or is only its zombie, is none', () => {
    const [line = ''] = processes([5, 'sleep', 900, 100]);
    expect(facts(line.split('\n')[0] ?? '').containers).toEqual([]);
    expect(facts(line.replace(') S', ') Z')).containers).toEqual([]);
  });
});

describe('lists', () => {
  const id = 'a'.repeat(64);

  it('a sandbox may have no process (CRI-O), a container that has none does not run', () => {
    for (const pid of ['<no value>', '0'])
      expect(
        parseContainerFacts(`== crictl\nsandbox ${id} ${pid} ${two}\ncontainer ${id} ${pid} ${two}\n`),
      ).toEqual({ source: 'crictl', sandboxes: [{ id, podUid: two }], containers: [] });
  });

  it('docker 20.10 says the same in its own way', () => {
    expect(parseContainerFacts(recorded('docker'))).toEqual({
      source: 'docker',
      sandboxes: [
        { id: 'b61ca6c65d95ed307d214fdb7039c02eb6d438404b39f4cc3d3a3dc27a806382', pid: 13625, podUid: two },
      ],
      containers: [
        { id: '39793e5f625e7640fc085ea152996429d8a24b6ed3aa3020b706df0085f8936a', pid: 13951, podUid: two },
      ],
    });
  });

  it('a task that has stopped does not run', () => {
    const stopped = recorded('ctr').replaceAll(/32578(\s+)RUNNING/g, '32578$1STOPPED');
    expect(parseContainerFacts(stopped).containers).toHaveLength(3);
  });
});

it('anything else is an error that shows it', () => {
  expect(() => parseContainerFacts('sh: syntax error')).toThrow('but: "sh: syntax error"');
});

describe('the script', () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  /** Runs it with stand-ins for the tools of a node: name → shell text. */
  async function run(tools: Readonly<Record<string, string>>): Promise<ContainerFacts> {
    const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-facts-'));
    directories.push(directory);
    for (const [name, text] of Object.entries({
      crictl: 'exit 1',
      ctr: 'exit 1',
      docker: 'exit 1',
      ...tools,
    })) {
      writeFileSync(path.join(directory, name), `#!/bin/sh\n${text}\n`);
      chmodSync(path.join(directory, name), 0o755);
    }
    const { stdout, exitCode } = await exec(['sh', '-c', containerFactsScript()], {
      env: { PATH: `${directory}:${process.env.PATH}` },
    });
    expect(exitCode).toBe(0);
    return parseContainerFacts(stdout);
  }
  const id = 'a'.repeat(64);
  const docker = `case $1 in ps) echo ${id} ;; inspect) echo "sandbox ${id} 12 ${two}" ;; esac`;
  const crictl = (inspect: string) =>
    `case $1 in pods) echo ${id} ;; ps) ;; inspectp) ${inspect} ;; *) exit 1 ;; esac`;

  it('takes what crictl says, also of a node whose pods have no containers yet', async () => {
    const facts = await run({ crictl: crictl(`echo "sandbox ${id} 11 ${two}"`), docker });
    expect(facts).toEqual({ source: 'crictl', sandboxes: [{ id, pid: 11, podUid: two }], containers: [] });
  });

  it('asks docker where crictl knows no PIDs (cri-dockerd) or is not there', async () => {
    const facts = { source: 'docker', sandboxes: [{ id, pid: 12, podUid: two }], containers: [] };
    expect(await run({ docker, crictl: crictl(`echo "sandbox ${id}"; exit 1`) })).toEqual(facts);
    expect(await run({ docker })).toEqual(facts);
  });

  it('looks at the processes themselves where nobody answers', async () => {
    expect(await run({})).toMatchObject({ source: 'cgroups' });
  });
});
