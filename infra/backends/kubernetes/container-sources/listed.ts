// Reads what crictl and docker print with our templates: "sandbox ID PID POD-UID" and "container ID PID POD-UID".
import type { ContainerFact, ContainerFacts, SandboxFact } from './container-fact.ts';

/** A line of another form is skipped: it says nothing of a container of a pod. */
export function parseListed(lines: readonly string[]): Omit<ContainerFacts, 'source'> {
  const sandboxes: SandboxFact[] = [];
  const containers: ContainerFact[] = [];
  for (const line of lines) {
    // Go's templates print "<no value>" for what is not there.
    const [, kind, id = '', pidText, podUid = ''] =
      /^(sandbox|container) ([0-9a-f]{64}) (\S+|<no value>) ([0-9a-f-]{32,36})$/.exec(line) ?? [];
    const pid = Number(pidText);
    const runs = Number.isInteger(pid) && pid > 0;
    if (kind === 'sandbox') sandboxes.push({ id, podUid, ...(runs && { pid }) });
    else if (kind === 'container' && runs) containers.push({ id, podUid, pid });
  }
  return { sandboxes, containers };
}
