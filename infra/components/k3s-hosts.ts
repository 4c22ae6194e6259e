// K3s on machines of the user's: the server, then the agents one after the other, so that each gets the lab's range of pods.
import type { remote } from '@pulumi/command';
import * as pulumi from '@pulumi/pulumi';
import { clusterNetwork, type K3sSpec } from '../backends/k3s/cluster-network.ts';
import type { K3sHost, K3sHostsConfig } from '../backends/k3s/hosts.ts';
import { hostsText } from '../backends/k3s/k3s-over-ssh.ts';
import { apiUrl, withServer } from '../backends/k3s/kubeconfig.ts';
import { agentConfig, serverConfig } from '../backends/k3s/node-config.ts';
import { settingsProblem } from '../backends/k3s/settings.ts';
import { K3sMachine } from './k3s-machine.ts';
import { digest } from './network-revision.ts';

export interface K3sHostsArgs {
  /** Whose the machines are, the same at every run: project, stack and where Pulumi keeps its state. */
  readonly owner: readonly string[];
  readonly nodes: K3sSpec['nodes'];
  readonly network: NonNullable<K3sSpec['network']>;
  /** Checked: the server's machine first. */
  readonly config: K3sHostsConfig;
}

/** Whatever it makes is taken back by its deletion. */
export class K3sHosts extends pulumi.ComponentResource {
  /** Of the cluster's administrator, for use from here: a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** For the k3s backend; not known before all nodes have joined. No secrets. */
  readonly settings: pulumi.Output<Readonly<Record<string, string>>>;

  /** @throws pulumi.RunError when the files or the version are not to be used */
  constructor(name: string, args: K3sHostsArgs, options?: pulumi.ComponentResourceOptions) {
    super('cnilab:index:K3sHosts', name, {}, options);
    const { owner, nodes, network, config } = args;
    const { version, installer, binary, images, flannel } = config;
    const problem = settingsProblem(given({ version, installer, binary, images, flannel }));
    if (problem) throw new pulumi.RunError(`cnilab:${problem.reason}\n${problem.fix}`);
    const id = digest(owner);
    const ranges = clusterNetwork({ nodes, network, settings: given({ flannel }) });
    const [serverHost, ...agentHosts] = serverFirst(config.hosts, nodes);
    const machineOf = (host: K3sHost, role: 'server' | 'agent') =>
      new K3sMachine(`${name}-${host.name}`, host, { id, role }, this);
    // All are looked at before K3s is put on the first.
    const server = machineOf(serverHost, 'server');
    const agents = agentHosts.map((host) => ({ host, machine: machineOf(host, 'agent') }));
    const claims = [server, ...agents.map(({ machine }) => machine)].map(({ claim }) => claim);

    const files = { installer, binary, images };
    const clusterConfig = serverConfig({
      id,
      node: serverHost.name,
      network: ranges,
      names: [...new Set([serverHost.host, reached(serverHost)])],
      address: serverHost.address,
    });
    const triggers = [digest(clusterConfig)];
    const installed = server.install({ version, files, config: clusterConfig, triggers, after: claims });
    const token = server.secret('token', installed);
    let last: remote.Command = installed;
    for (const { host, machine } of agents) {
      const { name: node, address } = host;
      const url = apiUrl(reached(serverHost));
      const triggers = [installed.id, machine.claim.id, digest([node, url, address])];
      const announced = server.announced(node, rangesOf(node, nodes), triggers, last);
      const agent = machine.install({
        version,
        files,
        config: token.apply((token) => agentConfig({ id, node, server: url, token, address })),
        triggers: [installed.id, announced.id, digest([node, url, address])],
        after: [announced],
      });
      last = server.joined(node, agent);
    }
    this.kubeconfig = server
      .secret('kubeconfig', installed)
      .apply((text) => withServer(text, serverHost.host));
    const settings = given({ hosts: hostsText([serverHost, ...agentHosts]), id, flannel: ranges.flannel });
    this.settings = last.id.apply(() => settings);
    this.registerOutputs({ kubeconfig: this.kubeconfig, settings: this.settings });
  }
}

/** By which the other nodes reach a machine. */
function reached({ address, host }: K3sHost): string {
  return address ?? host;
}

function rangesOf(name: string, nodes: K3sSpec['nodes']): string {
  const { podCIDR = '', podCIDR6 } = nodes.find((node) => node.name === name) ?? {};
  return podCIDR6 === undefined ? podCIDR : `${podCIDR},${podCIDR6}`;
}

function serverFirst(hosts: readonly K3sHost[], nodes: K3sSpec['nodes']): readonly [K3sHost, ...K3sHost[]] {
  const roleOf = (host: K3sHost) => nodes.find(({ name }) => name === host.name)?.role;
  const server = hosts.find((host) => roleOf(host) === 'control-plane');
  if (!server) throw new pulumi.RunError('cnilab:k3s.hosts: no machine is for a control-plane node');
  return [server, ...hosts.filter((host) => host !== server)];
}

function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter((entry) => entry[1] !== undefined)) as Record<
    string,
    string
  >;
}
