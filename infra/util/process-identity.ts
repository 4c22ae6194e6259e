// Which process a PID means: a PID alone may be reused, a PID with its start time and the boot it belongs to may not.
import { readFileSync } from 'node:fs';

/** Identifies this boot of the machine (random(4), boot_id). */
export function bootId(): string {
  // A process does not outlive its boot, and every job in a lab asks.
  ownBoot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return ownBoot;
}

let ownBoot: string | undefined;

/** Start time of a process in clock ticks since boot (proc(5), field 22 of stat); undefined when there is none, or only its zombie. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name (field 2) may contain spaces and brackets; the fields after its last bracket are plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
