// Faults that were written without knowledge of the diagnosis: it names what an expert would, and nothing else.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import type { Diagnosis } from '../../infra/diagnose/diagnose.ts';
import type { StackRecord } from '../../infra/state/stack-store.ts';
import { INDEPENDENT_FAULTS, type Step } from '../support/independent-faults.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

describe.each(['kindnet', 'flannel'] as const)('faults that others wrote, in lab %s', (lab) => {
  let session: LabSession;
  let stack: LabStack;
  let record: StackRecord;
  let given: ReadonlyMap<string, string>;

  beforeAll(async () => {
    session = await LabSession.open();
    stack = await session.stack(lab);
    await stack.up();
    const found = await stack.record();
    if (!found) throw new Error('the lab is not up');
    record = found;
    given = await namesFromKernel(record, run);
  });
  afterAll(async () => {
    await session?.close();
  });

  const run = async ({ at, run: command }: Step) => {
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    return await netnsBackend
      .connect(record.handle)
      .host(at)
      .run(['sh', '-c', resolved(command, given)]);
  };
  const runAll = async (steps: readonly Step[]) => {
    for (const step of steps) expect({ ...step, ...(await run(step)) }).toMatchObject({ exitCode: 0 });
  };
  const diagnosis = async () => {
    const { stdout } = await session.cli(['diagnose', '--stack', stack.name, '--json']);
    return JSON.parse(stdout) as Diagnosis;
  };

  it.each(INDEPENDENT_FAULTS.filter((fault) => fault.lab === lab))('$title', async (fault) => {
    expect(await run(fault.flow)).toMatchObject({ exitCode: 0 });
    await runAll(fault.inject);
    try {
      expect(await run(fault.flow)).toMatchObject({ exitCode: 1 });
      const { host, table, subject } = fault.culprit;
      const words = expect.stringContaining(resolved(subject, given));
      expect(await diagnosis()).toMatchObject({ findings: [{ host, table, words }], undecided: [] });
    } finally {
      await runAll(fault.undo);
    }
    expect(await run(fault.flow)).toMatchObject({ exitCode: 0 });
    expect(await diagnosis()).toMatchObject({ findings: [], undecided: [] });
  });
});

/** `pod.mac` and `pod.hostVeth` of every pod. */
async function namesFromKernel(
  { definition }: StackRecord,
  run: (step: Step) => Promise<{ readonly stdout: string }>,
): Promise<ReadonlyMap<string, string>> {
  const look = async (at: string, command: string) => (await run({ at, run: command })).stdout.trim();
  const names = new Map<string, string>();
  for (const { name, node } of definition.workloads.flatMap(({ pods }) => pods)) {
    const [mac, iflink] = (await look(name, 'cd /sys/class/net/eth0 && echo $(cat address iflink)')).split(
      ' ',
    );
    names.set(`${name}.mac`, mac ?? '');
    names.set(`${name}.hostVeth`, await look(node, `ip -o link | sed -nE 's/^${iflink}: ([^@]+)@.*/\\1/p'`));
  }
  return names;
}

function resolved(text: string, names: ReadonlyMap<string, string> | undefined): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => names?.get(name) ?? whole);
}
