// The k3s backend's own part: K3s on this machine, or on machines of the user's over ssh.
import type { ClusterTool, CniPaths, ToolFacts } from '../kubernetes/cluster-tool.ts';
import { clusterNetwork } from './cluster-network.ts';
import { type HereOptions, K3sHere } from './k3s-here.ts';
import { K3sOverSsh } from './k3s-over-ssh.ts';
import { K3S_SETTINGS, settingsProblem } from './settings.ts';
import type { SshAccessOptions } from './ssh-access.ts';

/**
 * With its embedded flannel (pkg/executor/embed/embed.go, cmd/k3s/main.go: `extract`); plugins there since v1.31. A plugin that is
 * no link is left alone when K3s unpacks itself anew.
 */
const EMBEDDED_CNI: CniPaths = {
  config: '/var/lib/rancher/k3s/agent/etc/cni/net.d',
  plugins: '/var/lib/rancher/k3s/data/cni',
};

/** @param options what tests put in the place of the machine and of the ssh client */
export function makeK3sTool(options: HereOptions & SshAccessOptions = {}): ClusterTool {
  const here = new K3sHere(options);
  const overSsh = new K3sOverSsh(options, options.root);
  const isHere = (facts: ToolFacts) => facts.hosts === undefined;
  return {
    name: 'k3s',
    ownsCluster: true,
    nodesStay: true,
    settings: K3S_SETTINGS,
    async probe(settings) {
      const problem = settingsProblem(settings);
      if (problem) return problem;
      return settings.hosts === undefined ? here.probe(settings) : overSsh.probe(settings.hosts);
    },
    plan(spec, id) {
      const { flannel } = clusterNetwork(spec);
      const { hosts, id: owner } = spec.settings ?? {};
      // K3s calls every cluster of its own, in its kubeconfig, "default".
      if (hosts === undefined) return { cluster: 'default', id, flannel };
      return { cluster: 'default', id: owner ?? id, flannel, hosts };
    },
    async create(spec, facts, kubeconfig, op) {
      await (isHere(facts) ? here : overSsh).create(spec, facts, kubeconfig, op);
      // K3s is told to call them as the lab does (--node-name).
      return spec.nodes.map(({ name }) => ({ lab: name, real: name }));
    },
    state: (facts, op) => (isHere(facts) ? here : overSsh).state(facts, op),
    async delete(facts, op) {
      // Machines over ssh are given back by the resources that took them, after this one.
      if (isHere(facts)) await here.delete(facts, op);
    },
    access: (facts) => (isHere(facts) ? here.access() : overSsh.access(String(facts.hosts))),
    bringsNetwork: (spec) => clusterNetwork(spec).flannel === 'vxlan',
    cniPaths: ({ flannel }) => (flannel === 'vxlan' ? EMBEDDED_CNI : undefined),
  };
}

export const k3sTool: ClusterTool = makeK3sTool();
