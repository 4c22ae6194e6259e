// Machines of the user's that the program prepares before a cluster is made of them: those that the backend's config names.
import * as pulumi from '@pulumi/pulumi';
import { backendTraits } from './backends/registry.ts';
import type { Lab } from './lab/lab.ts';

/** What a cluster of prepared machines is told of them, and what has to be there before it. */
export interface PreparedMachines {
  readonly settings: pulumi.Output<Readonly<Record<string, string>>>;
  readonly resource: pulumi.Resource;
  /** Settings that have been dealt with: they are the machines', not the cluster's. */
  readonly used: readonly string[];
}

/** Keys of the config that say how machines are to be prepared. */
const OF_MACHINES = ['hosts', 'version', 'installer', 'binary', 'images', 'flannel'] as const;

/**
 * @param owner whose the machines are, the same at every run
 * @param settings of the backend, as config and environment say them
 * @returns undefined when the backend takes no machines, or none are named
 * @throws pulumi.RunError with what is wrong with them, and what to do
 */
export async function preparedMachines(
  backend: string,
  lab: Lab,
  owner: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<PreparedMachines | undefined> {
  const config = new pulumi.Config('cnilab').getObject<Record<string, unknown>>(backend);
  if (!backendTraits(backend).machines || !Array.isArray(config?.hosts)) return undefined;
  const [{ K3sHosts }, { parseK3sHosts }] = await Promise.all([
    import('./components/k3s-hosts.ts'),
    import('./backends/k3s/hosts.ts'),
  ]);
  const told = OF_MACHINES.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]]));
  const said = { ...Object.fromEntries(told), hosts: config.hosts };
  try {
    const { nodes, network } = lab;
    const machines = new K3sHosts(backend, { owner, nodes, network, config: parseK3sHosts(said, nodes) });
    return { settings: machines.settings, resource: machines, used: OF_MACHINES };
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
