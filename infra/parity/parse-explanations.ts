// Text of parity.yaml → explanations whose experiments, checks and backends there are, each difference explained once.
import type { LabExperiment } from '../lab/lab.ts';
import { parseYaml } from '../lab/parse-yaml.ts';
import { Report } from '../lab/report.ts';
import { suggest } from '../lab/suggest.ts';
import { writtenChecks } from './check-names.ts';
import { type Explanation, explanations } from './explanation.ts';

const KIND = {
  noun: 'such a file',
  least:
    'it is a list of {experiment, check, backend, expect, why}; remove it when there is nothing to explain',
};

/**
 * Checks that an experiment makes up when it runs are known afterwards only: `compareParity` looks at those.
 *
 * @param file its name, for messages
 * @param backends names of all there are
 * @throws LabError naming every problem, with its place and what was probably meant
 */
export function parseExplanations(
  text: string,
  file: string,
  experiments: readonly LabExperiment[],
  backends: readonly string[],
): readonly Explanation[] {
  const { data, source } = parseYaml(text, file, explanations, KIND);
  const report = new Report(source);
  const known = experiments.map(({ name }) => name);
  for (const [index, one] of data.entries()) {
    const experiment = experiments.find(({ name }) => name === one.experiment);
    if (!experiment) {
      const message = `there is no experiment "${one.experiment}" in this lab`;
      report.at([index, 'experiment'], message, suggest(one.experiment, known, 'experiments'));
    }
    if (!backends.includes(one.backend)) {
      const message = `there is no backend "${one.backend}"`;
      report.at([index, 'backend'], message, suggest(one.backend, backends, 'backends'));
    }
    if (experiment && one.check !== undefined) {
      const { names, complete } = writtenChecks(experiment);
      if (complete && !names.includes(one.check)) {
        const message = `experiment ${experiment.name} has no check "${one.check}"`;
        report.at([index, 'check'], message, suggest(one.check, names, 'checks'));
      }
    }
    const first = data.findIndex((other) => key(other) === key(one));
    if (first < index) {
      report.at(
        [index],
        'this is explained already',
        `keep one: the other is number ${first + 1} of the list`,
      );
    }
  }
  report.throwIfAny();
  return data;
}

function key({ experiment, check, backend }: Explanation): string {
  return JSON.stringify([experiment, check, backend]);
}
