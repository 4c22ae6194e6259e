// What K3s changes on a machine: said before it is done. Each with where K3s says so.

export interface HostChange {
  readonly what: string;
  /** Whether K3s' uninstaller takes it back. */
  readonly undone: boolean;
  readonly source: string;
}

const INSTALLER = 'https://github.com/k3s-io/k3s/blob/master/install.sh';
const REQUIREMENTS = 'https://docs.k3s.io/installation/requirements';
const SETUP = 'https://github.com/k3s-io/k3s/blob/master/pkg/agent/syssetup/setup.go';

export const HOST_CHANGES: readonly HostChange[] = [
  {
    what: 'a service k3s (systemd or OpenRC), started now and at every boot',
    undone: true,
    source: `${INSTALLER} (create_service_file, service_enable_and_start)`,
  },
  {
    what:
      'files: /usr/local/bin/{k3s,k3s-killall.sh,k3s-uninstall.sh}, links kubectl, crictl and ctr there unless such commands exist, ' +
      '/etc/rancher, /var/lib/rancher, /var/lib/kubelet, /var/lib/cni, /run/k3s, /run/flannel',
    undone: true,
    source: `${INSTALLER} (create_symlinks, create_killall, create_uninstall)`,
  },
  {
    what: 'iptables: chains of kube-proxy (KUBE-*), of flannel (FLANNEL-*) and of host ports (CNI-*), in tables nat, filter and mangle',
    undone: true,
    source: `${INSTALLER} (create_killall: removed by name)`,
  },
  {
    what: 'devices: cni0, flannel.1 and a veth for every pod, with routes',
    undone: true,
    source: `${INSTALLER} (create_killall, remove_interfaces)`,
  },
  {
    what: 'ports: 6443/tcp, 10250/tcp and 8472/udp on every address; 6444, 10010, 10248 and 10256-10259 on loopback',
    undone: true,
    source: `${REQUIREMENTS} (Inbound Rules, Local Ports)`,
  },
  {
    what: 'on a system with SELinux policies (RHEL, Fedora, SUSE): the package k3s-selinux, unless air-gapped',
    undone: true,
    source: `${INSTALLER} (setup_selinux)`,
  },
  {
    what:
      'kernel: modules br_netfilter, overlay, nf_conntrack and those of iptables; sysctls net.ipv4.conf.*.forwarding=1, ' +
      'net.bridge.bridge-nf-call-iptables=1 and net.netfilter.nf_conntrack_*',
    undone: false,
    source: SETUP,
  },
];

/** As lines for a message. */
export function hostChangesText(): string {
  const lines = HOST_CHANGES.map(
    ({ what, undone }) => `  - ${what}${undone ? '' : ' (stays until the next boot)'}`,
  );
  return lines.join('\n');
}
