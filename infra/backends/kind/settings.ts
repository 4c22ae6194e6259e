// What a user may say of kind, and what of it cannot be right.
import type { Setting } from '../backend.ts';
import type { Refusal, Settings } from '../kubernetes/cluster-tool.ts';
import { RUNTIMES } from './find-runtime.ts';

export const SETTINGS = {
  image: {
    help: "the nodes' image, with a tag or digest; goes before kubernetesVersion",
    default: "kind's own for its version",
  },
  kubernetesVersion: { help: 'such as 1.34.4: the image kindest/node of that tag' },
  provider: {
    help: `the container runtime: ${RUNTIMES.join(', ')}`,
    default: 'the one that kind would use',
    values: RUNTIMES,
  },
  nodeAccess: {
    help: 'how nodes are entered: container (the runtime’s exec), pod (a privileged pod), or auto: pod where a node’s image lacks tools such as tcpdump',
    default: 'auto',
    values: ['auto', 'container', 'pod'],
  },
} satisfies Readonly<Record<string, Setting>>;

/** The image to be asked for; undefined leaves it to kind. */
export function nodeImage({ image, kubernetesVersion }: Settings): string | undefined {
  if (image) return image;
  return kubernetesVersion ? `kindest/node:v${kubernetesVersion.replace(/^v/, '')}` : undefined;
}

export function badSetting({ kubernetesVersion }: Settings): Refusal | undefined {
  if (kubernetesVersion && !/^v?\d+\.\d+\.\d+$/.test(kubernetesVersion))
    return {
      reason: `kubernetesVersion is "${kubernetesVersion}", which is not a release`,
      fix: 'write it in full, such as 1.34.4 (https://hub.docker.com/r/kindest/node/tags has those that kind published)',
    };
  return undefined;
}
