// `validate`: reads a lab file as `up` would, and says everything that is wrong with it.
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { count } from '../../../infra/report/words.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findLabFile } from '../lab-files.ts';
import { readablePath, shortPath } from '../text.ts';

export async function validate(word: string, options: { readonly json?: boolean }): Promise<ExitCode> {
  const file = await findLabFile(word);
  if (!options.json) {
    const lab = await loadLab(readablePath(file));
    process.stdout.write(`${shortPath(file)}: ok (${contents(lab)})\n`);
    return EXIT.pass;
  }
  const problems = await loadLab(readablePath(file)).then(
    () => [],
    (error: unknown) => {
      if (error instanceof LabError) return error.problems;
      throw error;
    },
  );
  const ok = problems.length === 0;
  process.stdout.write(`${JSON.stringify({ file, ok, problems }, null, 2)}\n`);
  return ok ? EXIT.pass : EXIT.usage;
}

function contents(lab: Lab): string {
  const pods = lab.workloads.reduce((sum, workload) => sum + workload.pods.length, 0);
  return [
    `lab ${lab.name}`,
    count(lab.nodes.length, 'node'),
    count(pods, 'pod'),
    lab.network.type,
    count(lab.experiments.length, 'experiment'),
  ].join(', ');
}
