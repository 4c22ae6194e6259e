// The live side of the stand-in backend: hosts that know three commands.
import type { Cluster, ClusterHandle } from '../../infra/backends/backend.ts';
import type { Host, RunResult } from '../../infra/backends/host.ts';
import type { StandInState } from './stand-in-backend.ts';

/** A cluster whose hosts answer `echo` (with what the setting `answer` says), `true` and `false`. */
export function standInCluster(handle: ClusterHandle, load: () => StandInState): Cluster {
  return {
    handle,
    host: (name) => standInHost(name, load().spec.settings?.answer),
    nodes: async () => load().spec.nodes.map((node, index) => ({ ...node, pid: index + 2 })),
    pods: async () =>
      Object.values(load().pods)
        .flat()
        .map(({ status }) => status),
    shell: async (_name, argv) => ({ argv, env: {} }),
    cniCalls: async () => [],
  };
}

function standInHost(name: string, answer: string | undefined): Host {
  const unable = (what: string) => async () => {
    throw new Error(`the stand-in host ${name} cannot ${what}`);
  };
  return {
    name,
    async run(argv): Promise<RunResult> {
      const [command, ...words] = argv;
      const exitCode = command === 'echo' || command === 'true' ? 0 : 1;
      const stdout = command === 'echo' ? `${answer ?? words.join(' ')}\n` : '';
      return { argv, exitCode, stdout, stderr: '', startedNs: 0n, durationNs: 0n };
    },
    start: unable('start a process'),
    read: async () => undefined,
    write: unable('write files'),
  };
}
