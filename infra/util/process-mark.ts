// A process of this machine as one text, by which any other process here can tell whether it has ended.
import { readlinkSync } from 'node:fs';
import { bootId, processStart } from './process-identity.ts';

/** Of this process: `<boot id>/<PID namespace>/<PID>/<start>`. A PID says nothing in another namespace (pid_namespaces(7)). */
export function ownMark(): string {
  return [place(), process.pid, processStart(process.pid)].join('/');
}

/** False where it cannot be told: of a mark of another boot or machine, of another PID namespace, or that is none. */
export function hasEnded(mark: string): boolean {
  const [boot, namespace, pid = '', start] = mark.split('/');
  if (`${boot}/${namespace}` !== place() || !/^\d+$/.test(pid)) return false;
  return processStart(Number(pid)) !== start;
}

function place(): string {
  return `${bootId()}/${readlinkSync('/proc/self/ns/pid')}`;
}
