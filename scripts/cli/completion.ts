// Shell completion: what may stand at each place of a command line, as things are at the moment.
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { FAULTS } from '../../infra/faults/catalogue.ts';
import { hostTables, labTables } from '../../infra/lab/schema.ts';
import { listRecords, type StackRecord } from '../../infra/state/stack-store.ts';
import { listLabFiles } from './lab-files.ts';

interface Word {
  readonly value: string;
  /** What some shells show beside it. */
  readonly about: string;
}

/**
 * Adds the verb `complete`: with a shell's name it prints that shell's script, and the script asks it for words.
 * Of names it knows what is on record, and asks no lab anything.
 */
export async function addCompletion(program: Command): Promise<void> {
  const [records, labs] = await Promise.all([listRecords(), listLabFiles()]);
  const stacks = records.map(({ stack, lab }) => ({ value: stack, about: `lab ${lab}` }));
  const standing = meant(records);
  const hosts = standing === undefined ? [] : hostsOf(standing);
  const labWords = labs.map(({ name }) => ({ value: name, about: 'a lab of labs/' }));
  const byArgument: Readonly<Record<string, readonly Word[]>> = {
    lab: labWords,
    stack: stacks,
    target: hosts,
    from: hosts,
    to: hosts,
    at: hosts,
    experiment: (standing?.definition.experiments ?? []).map(({ name, kind }) => ({
      value: name,
      about: kind,
    })),
    fault: FAULTS.map(({ name, title }) => ({ value: name, about: title })),
    table: [...hostTables, ...labTables].map((name) => ({ value: name, about: '' })),
  };
  const words = tab(program);
  for (const [name, command] of words.commands) {
    for (const argument of command.arguments.values()) {
      // What is taken down is a stack first of all.
      const known = name === 'down' && argument.name === 'lab' ? stacks : byArgument[argument.name];
      if (known) argument.handler = (complete) => offer(known, complete);
    }
    const option = command.options.get('stack');
    if (option) option.handler = (complete) => offer(stacks, complete);
  }
}

function offer(words: readonly Word[], complete: (value: string, about: string) => void): void {
  for (const { value, about } of words) complete(value, about);
}

/** The stack that a command without --stack would mean. */
function meant(records: readonly StackRecord[]): StackRecord | undefined {
  const asked = process.env.CNILAB_STACK;
  return asked ? records.find(({ stack }) => stack === asked) : records.length === 1 ? records[0] : undefined;
}

function hostsOf({ definition: { nodes, workloads } }: StackRecord): readonly Word[] {
  const pods = workloads.flatMap((workload) => workload.pods);
  return [
    ...nodes.map(({ name, role }) => ({ value: name, about: role })),
    ...pods.map(({ name, node }) => ({ value: name, about: `pod on ${node}` })),
    ...pods
      .filter(({ containers }) => containers.length > 1)
      .flatMap((pod) =>
        pod.containers.map(({ name }) => ({ value: `${pod.name}/${name}`, about: 'container' })),
      ),
  ];
}
