// Clusters on minikube: profiles of the user's own minikube, made and deleted by its command.
import { CNI_CONFIG_DIR } from '../../cni/config-dir.ts';
import { exec } from '../../util/exec.ts';
import type { ClusterTool } from '../kubernetes/cluster-tool.ts';
import { NODE_PATHS } from '../kubernetes/network/node-paths.ts';
import { minikubeAccess } from './access.ts';
import { addNodes } from './add-nodes.ts';
import { bringsNetwork } from './cni.ts';
import { createCluster } from './create.ts';
import { deleteProfile, statusArgs } from './delete.ts';
import { askMinikube, findMinikube } from './minikube.ts';
import { allHostsRun } from './parse-status.ts';
import { minikubeFacts, planProfile } from './profile.ts';
import { profileOf } from './profiles.ts';
import { MINIKUBE_SETTINGS, settingsProblems } from './settings.ts';

export const minikubeTool: ClusterTool = {
  name: 'minikube',
  ownsCluster: true,
  settings: MINIKUBE_SETTINGS,

  async probe(settings) {
    const [problem] = settingsProblems(settings);
    if (problem) return { reason: problem, fix: 'correct it: up with --set <key>=<value>' };
    const command = findMinikube();
    if (command === undefined)
      return {
        reason: 'there is no minikube on PATH',
        fix: 'install it: https://minikube.sigs.k8s.io/docs/start/',
      };
    // The driver is not asked here: minikube finds the best one itself, and `start` says what is wrong with it.
    const { exitCode, stderr } = await exec([command, 'version', '--short'], { timeoutMs: 10_000 });
    if (exitCode === 0) return undefined;
    return { reason: `${command} does not run: ${stderr.trim()}`, fix: 'install it anew' };
  },

  plan: (spec, id) => planProfile(spec.lab, id),

  create: (spec, facts, kubeconfig, op) => createCluster(spec, minikubeFacts(facts), kubeconfig, op),

  addNodes: (spec, facts, kubeconfig, op) => addNodes(spec, minikubeFacts(facts), kubeconfig, op),

  async state(toolFacts, op) {
    const facts = minikubeFacts(toolFacts);
    const profile = await profileOf(facts, op);
    if (profile === undefined || profile.kind === 'foreign') return 'gone';
    if (profile.kind === 'broken') return 'stopped';
    return allHostsRun(await askMinikube(statusArgs(facts), facts, op)) ? 'running' : 'stopped';
  },

  delete: (facts, op) => deleteProfile(minikubeFacts(facts), op),

  access: (facts, settings, cluster) => minikubeAccess(minikubeFacts(facts), settings, cluster),

  bringsNetwork,

  cniPaths: () => ({ config: CNI_CONFIG_DIR, plugins: NODE_PATHS.plugins }),
};
