// The explanations that lie beside a lab file.
import path from 'node:path';
import { backendNames } from '../../../infra/backends/registry.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import type { Explanation } from '../../../infra/parity/explanation.ts';
import { parseExplanations } from '../../../infra/parity/parse-explanations.ts';
import { readIfThere } from '../../../infra/util/if-there.ts';
import { shortPath } from '../text.ts';

/** None when there is no parity.yaml. @throws LabError for everything that is wrong with it */
export async function labExplanations(labFile: string, lab: Lab): Promise<readonly Explanation[]> {
  const file = path.join(path.dirname(labFile), 'parity.yaml');
  const text = await readIfThere(file);
  return text === undefined ? [] : parseExplanations(text, shortPath(file), lab.experiments, backendNames());
}
