// A cluster that is there already: found through a kubeconfig, worked in within namespaces of our own, and left as it was.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { exec } from '../../util/exec.ts';
import { findTool } from '../../util/tools.ts';
import { writeAtomic } from '../../util/write-atomic.ts';
import type { ClusterTool, Refusal, Settings, ToolFacts } from '../kubernetes/cluster-tool.ts';
import { endNamespace } from '../kubernetes/end-namespace.ts';
import { Kube } from '../kubernetes/kube.ts';
import { objectName } from '../kubernetes/object-names.ts';
import { toolPodAccess } from '../kubernetes/pod-access.ts';
import { mapNodes } from './map-nodes.ts';

export const existingTool: ClusterTool = {
  name: 'existing',
  ownsCluster: false,
  settings: {
    kubeconfig: { help: 'kubeconfig file; default: $KUBECONFIG, else ~/.kube/config' },
    context: { help: 'context of it; default: its current one' },
    nodes: {
      help: 'which node plays which: <node of the lab>=<node of the cluster>,…; default: by name, then by role',
    },
    allowClusterChanges: {
      help: '"true": the lab’s network and CNI files may be installed on the nodes',
      values: ['true', 'false'],
    },
  },

  async probe(settings): Promise<Refusal | undefined> {
    if (findTool('kubectl') === undefined)
      return {
        reason: 'kubectl is missing, by which nodes are entered',
        fix: 'install it: https://kubernetes.io/docs/tasks/tools/',
      };
    const file = kubeconfigOf(settings);
    if (!existsSync(file))
      return {
        reason: `there is no kubeconfig at ${file}`,
        fix: 'name one: up with --set kubeconfig=<file>',
      };
    try {
      await new Kube(file, settings.context).uid();
      return undefined;
    } catch (error) {
      const [reason = '', ...rest] = (error as Error).message.split('\n');
      return { reason, fix: rest.join('\n') || 'look at it with kubectl cluster-info' };
    }
  },

  plan(spec, id): ToolFacts {
    const settings = spec.settings ?? {};
    const source = kubeconfigOf(settings);
    // The current context may be another one tomorrow.
    const { context } = new Kube(source, settings.context);
    return { cluster: context, source, toolsNamespace: objectName(['cnilab-nodes', id]) };
  },

  async create(spec, facts, kubeconfig, { signal }) {
    const settings = spec.settings ?? {};
    // Only that context, with the certificates that the file may merely point to.
    const view = ['config', 'view', '--kubeconfig', String(facts.source), '--minify', '--flatten', '--raw'];
    const { exitCode, stdout, stderr } = await exec(['kubectl', ...view, '--context', facts.cluster], {
      signal,
    });
    if (exitCode !== 0) throw new Error(`kubectl cannot read ${facts.source}: ${stderr.trim()}`);
    await writeAtomic(kubeconfig, stdout);
    const kube = new Kube(kubeconfig);
    return mapNodes(spec.nodes, await kube.nodes(), settings.nodes);
  },

  async state() {
    // Nothing but its API can tell, and that has not answered.
    return 'running';
  },

  async delete(facts, op, kubeconfig) {
    const own = existsSync(kubeconfig);
    // Nothing has been made before the cluster was known.
    if (!own && facts.uid === undefined) return;
    const kube = own ? new Kube(kubeconfig) : new Kube(String(facts.source), facts.cluster);
    if (!own && (await kube.uid()) !== facts.uid)
      throw new Error(`${facts.source} leads to another cluster than the one that this lab is in`);
    op.progress?.('waiting until its namespaces are gone');
    await Promise.all(
      [facts.namespace, facts.toolsNamespace].map((name) => endNamespace(kube, String(name), op)),
    );
  },

  access: (facts, settings, cluster) =>
    toolPodAccess(cluster, settings, { namespace: String(facts.toolsNamespace), removeAfterwards: true }),
};

function kubeconfigOf({ kubeconfig }: Settings): string {
  const given = kubeconfig ?? process.env.KUBECONFIG?.split(path.delimiter)[0];
  return given ? path.resolve(given) : path.join(homedir(), '.kube', 'config');
}
