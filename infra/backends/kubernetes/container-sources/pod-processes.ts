// The processes in a node's pods, from /proc: which container each is in, and which is the container's first.
import { containerOfCgroup } from './cgroup-path.ts';

export interface PodProcess {
  readonly id: string;
  readonly podUid: string;
  readonly pid: number;
  /** As the kernel calls it: at most 15 bytes of the program's name. */
  readonly comm: string;
  readonly parent: number;
  /** Clock ticks since boot. */
  readonly started: number;
}

/** The first process of each container by the container's id: its parent is outside, and no other such is older. */
export function firstProcesses(lines: readonly string[]): ReadonlyMap<string, PodProcess> {
  const processes = parseProcesses(lines);
  const first = new Map<string, PodProcess>();
  for (const process of processes.values()) {
    // Its parent inside: it was forked by the container. Outside, but younger: it was sent in (kubectl exec).
    if (processes.get(process.parent)?.id === process.id) continue;
    const other = first.get(process.id);
    if (other === undefined || isOlder(process, other)) first.set(process.id, process);
  }
  return first;
}

/** By PID; what is no container's, or has ended meanwhile, is left out. */
function parseProcesses(lines: readonly string[]): ReadonlyMap<number, PodProcess> {
  const cgroups = new Map<number, string>();
  const processes = new Map<number, PodProcess>();
  for (const line of lines) {
    const [, cgroupPid, cgroup] = /^cgroup (\d+) (.+)$/.exec(line) ?? [];
    if (cgroup !== undefined) cgroups.set(Number(cgroupPid), cgroup);
    // proc(5), /proc/pid/stat: pid (comm) state ppid …, of which the 22nd is the start time; comm may hold brackets.
    const [, pidText, comm = '', state, rest = ''] = /^stat (\d+) \((.*)\) (\S) (.*)$/.exec(line) ?? [];
    const pid = Number(pidText);
    const container = containerOfCgroup(cgroups.get(pid) ?? '');
    if (container === undefined || state === 'Z' || state === 'X') continue;
    const fields = rest.split(' ');
    processes.set(pid, { ...container, pid, comm, parent: Number(fields[0]), started: Number(fields[18]) });
  }
  return processes;
}

function isOlder(a: PodProcess, b: PodProcess): boolean {
  return a.started !== b.started ? a.started < b.started : a.pid < b.pid;
}
