// Whether plugin calls of a node are recorded: set up where they can be, told where they cannot.
import type { Operation } from '../../backend.ts';
import { canRecord, installRecorder, type RecorderSite, unrecorded } from './call-recorder.ts';
import { type NodeFacts, readNodeFacts } from './node-facts.ts';

/** Idempotent. @throws HostError */
export async function recordCalls(
  site: RecorderSite,
  types: readonly string[],
  facts: NodeFacts,
  op: Operation,
): Promise<void> {
  if (canRecord(facts)) await installRecorder(site, types, facts, op);
  else
    op.progress?.(
      `${site.host.name}: calls of CNI plugins are not recorded (no perl, or not x86_64 or aarch64)`,
    );
}

/** Plugins whose calls could be recorded and are not, in words. @throws HostError */
export async function recordingDrift(
  site: RecorderSite,
  types: readonly string[],
  op: Pick<Operation, 'signal'>,
): Promise<readonly string[]> {
  const [facts, bare] = await Promise.all([
    readNodeFacts(site.host, op, site.paths?.plugins),
    unrecorded(site, types, op),
  ]);
  return canRecord(facts) ? bare.map((type) => `calls of the CNI plugin ${type} are not recorded`) : [];
}
