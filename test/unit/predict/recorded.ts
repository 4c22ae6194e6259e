// The recorded labs as a prediction takes them: their pods had no packet filter, which the recordings do not show.
import type { ForwardingState } from '../../../infra/observe/forwarding-state.ts';
import type { HostSnapshot, LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { recordedLab } from '../observe/fixtures.ts';

export function predictable(name: Parameters<typeof recordedLab>[0]): LabSnapshot {
  const lab = recordedLab(name, (text) => text, { forwarding: true });
  const hosts = Object.entries(lab.hosts).map(([host, snapshot]) => [host, unfiltered(snapshot)] as const);
  return { ...lab, hosts: Object.fromEntries(hosts) };
}

function unfiltered(snapshot: HostSnapshot): HostSnapshot {
  const { forwarding } = snapshot;
  return forwarding ? { ...snapshot, forwarding: { netfilter: [], ...forwarding } } : snapshot;
}

/** The same lab with one host changed. */
export function changed(
  lab: LabSnapshot,
  host: string,
  change: (snapshot: HostSnapshot) => Partial<HostSnapshot>,
): LabSnapshot {
  const before = lab.hosts[host];
  if (before === undefined) throw new Error(`no host ${host} in the recorded lab`);
  return { ...lab, hosts: { ...lab.hosts, [host]: { ...before, ...change(before) } } };
}

/** The same lab with one host's way of forwarding changed. */
export function forwarding(
  lab: LabSnapshot,
  host: string,
  change: (state: ForwardingState) => Partial<ForwardingState>,
): LabSnapshot {
  return changed(lab, host, ({ forwarding: state }) => {
    if (state === undefined) throw new Error(`${host} was recorded without what forwards`);
    return { forwarding: { ...state, ...change(state) } };
  });
}
