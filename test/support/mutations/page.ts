// The page of the documentation that lists them.
import type { Lab } from '../../../infra/lab/lab.ts';
import type { Mutation } from './mutation.ts';

export interface MutatedLabText {
  readonly lab: Lab;
  readonly mutations: readonly Mutation[];
}

const INTRO = `# Every check has been seen to fail

A check that cannot fail shows nothing. So each claim of the labs \`kindnet\` and \`flannel\` is broken for real: one rule in a
live lab, by a command that anybody could type on the node; then the experiment that is about it runs, and

- the checks about that rule must fail;
- every other check of the experiment must pass. Those that hang on the same rule are named beforehand, with what becomes of
  them: fail, or inconclusive where there is nothing left to see;
- when it is undone, and after the last one, the whole lab must pass again.

Where no command breaks a rule, a lab stands beside with a line or two of its file changed (*other lab*). That two pods share
a network namespace, no runtime would do: there one pod's sandbox is said to be the other's, and the kernel is asked all the
same (*said*).

\`\`\`console
$ npm test -- labs test/labs/kindnet-mutations.test.ts test/labs/flannel-mutations.test.ts
\`\`\`

The rules are data, in \`test/support/mutations\`. A test holds this page to them, and demands that each check with a \`claim\`
is broken at least once: none is left out.
`;

/** Checks with a claim, by the name of their experiment. */
export function claimedChecks({ experiments }: Lab) {
  return experiments.flatMap((experiment) =>
    checksOf(experiment).flatMap(({ name, claim }) =>
      name !== undefined && claim !== undefined ? [{ experiment: experiment.name, name, claim }] : [],
    ),
  );
}

/** Of any kind: an exec experiment's checks are its steps. */
export function checksOf(
  experiment: Lab['experiments'][number],
): readonly { readonly name?: string | undefined; readonly claim?: string | undefined }[] {
  return 'steps' in experiment ? experiment.steps : experiment.checks;
}

export function mutationsPage(labs: readonly MutatedLabText[]): string {
  return [INTRO, ...labs.map(table)].join('\n');
}

function table({ lab, mutations }: MutatedLabText): string {
  const rows = claimedChecks(lab).flatMap(({ experiment, name, claim }) =>
    mutations
      .filter((one) => one.experiment === experiment && one.fails.includes(name))
      .map(({ breaks, broken }) => `| ${claim} | ${experiment} | ${name} | ${breaks}${how(broken)} |`),
  );
  return [
    `## Lab ${lab.name}`,
    '',
    `${mutations.length} rules broken, ${claimedChecks(lab).length} checks.`,
    '',
    '| claim | experiment | check that fails | when |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function how(broken: Mutation['broken']): string {
  if ('variant' in broken) return ' (*other lab*)';
  return 'sandbox' in broken ? ' (*said*)' : '';
}
