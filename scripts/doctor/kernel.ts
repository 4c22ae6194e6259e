// Checks of the kernel, made by trying: what a lab does first, as the user that labs run as, in namespaces of its own.
import { readFileSync } from 'node:fs';
import { labUser } from '../../infra/backends/netns/lab-user.ts';
import { findTool } from '../../infra/util/tools.ts';
import { run } from '../setup/run.ts';
import type { Check } from './check.ts';

/** Each line is one thing to try; what works is printed as `ok NAME`. */
const PROBES: Readonly<Record<string, string>> = {
  tmpfs: 'mount -t tmpfs tmpfs /tmp',
  veth: 'ip link add v0 type veth peer name v1',
  bridge: 'ip link add br0 type bridge',
  vxlan: 'ip link add vx0 type vxlan id 1 dstport 8472 nolearning',
  nftables: 'nft add table ip probe',
};

const USES: Readonly<Record<string, string>> = {
  tmpfs: 'a lab’s own root directory',
  veth: 'cables of pods',
  bridge: 'cni0, the underlay',
  vxlan: 'flannel.1',
  nftables: 'masquerade and port mappings',
};

/** Switches by which distributions forbid what labs need: file, the value that forbids, what allows it. */
const SWITCHES = [
  ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone=1'],
  [
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    '1',
    'kernel.apparmor_restrict_unprivileged_userns=0',
  ],
  ['/proc/sys/user/max_user_namespaces', '0', 'user.max_user_namespaces=10000'],
] as const;

export async function checkKernel(): Promise<Check[]> {
  const script = Object.entries(PROBES).map(([name, command]) => `${command} 2>&1 && echo "ok ${name}"`);
  const { uid, gid } = labUser();
  const as = uid < 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
  const enter = ['unshare', '--user', '--map-current-user', '--keep-caps', '--mount', '--net', '--'];
  const { stdout, stderr } = await run([
    ...as,
    ...enter,
    'sh',
    '-c',
    `echo "ok userns"; ${script.join('; ')}; true`,
  ]);
  return kernelChecks(`${stdout}\n${stderr}`, forbiddingSwitches(readValue), uid);
}

/** From what the probe printed to checks. Pure. */
export function kernelChecks(output: string, switches: readonly string[], uid: number): Check[] {
  const lines = output.split('\n').map((line) => line.trim());
  const works = (name: string) => lines.includes(`ok ${name}`);
  const who = uid < 0 ? 'tried as this user' : `tried as uid ${uid}`;
  const advice = namespaceAdvice(switches);
  const userns: Check = {
    need: 'user namespaces',
    use: 'labs without root',
    required: true,
    found: works('userns'),
    from: who,
    ...(!works('userns') && { advice }),
  };
  const rest = Object.keys(PROBES).map((name): Check => {
    const missing =
      works('userns') && works('tmpfs')
        ? `this kernel has no ${name}: load its module as root (modprobe ${name}) or use another kernel`
        : advice;
    return {
      need: `kernel ${name}`,
      use: USES[name] ?? '',
      required: true,
      found: works(name),
      from: who,
      ...(!works(name) && { advice: missing }),
    };
  });
  return [userns, ...rest];
}

/** Settings that are in the way, as `name=value` that sysctl(8) takes to allow it. */
export function forbiddingSwitches(read: (file: string) => string | undefined): string[] {
  return SWITCHES.filter(([file, forbids]) => read(file) === forbids).map(([, , allow]) => allow);
}

function namespaceAdvice(switches: readonly string[]): string {
  const allow =
    switches.length > 0
      ? `allow them: ${switches.map((setting) => `sudo sysctl -w ${setting}`).join(' && ')}`
      : 'something around this process forbids them (a container’s seccomp or AppArmor profile?): run it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or on the machine itself';
  return `${allow}; or run cnilab as root`;
}

/** Recorded with every result and part of every prediction; only a machine's root can change it. */
export function checkBridgeNetfilter(): Check {
  const value = readValue('/proc/sys/net/bridge/bridge-nf-call-iptables');
  return {
    need: 'br_netfilter',
    use: 'whether bridged frames meet FORWARD rules',
    required: false,
    found: value !== undefined,
    from: value === undefined ? 'not loaded' : `bridge-nf-call-iptables = ${value}`,
  };
}

/** The probe needs them; without them its answer would be about the tools. */
export function canProbe(): boolean {
  return ['ip', 'nft', 'unshare', 'setpriv'].every((name) => findTool(name) !== undefined);
}

function readValue(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
