// Whose guides are run without a question. A guide's commands run in a shell on this machine, as the user: one that came with a
// stranger's lab is a program of a stranger's.
import { usageError } from '../cli-error.ts';
import { nameInCheckout } from '../lab-files.ts';
import { shortPath } from '../text.ts';
import { type FoundGuide, sameAgain } from './find-guide.ts';

/** Those of this checkout came with the very command that runs them. */
export function isTrusted({ labFile }: Pick<FoundGuide, 'labFile'>, asked: boolean): boolean {
  return asked || nameInCheckout(labFile) !== undefined;
}

/** @param option that runs all of its commands without a question each @throws CliError unless it is trusted */
export function refuseUntrusted(found: FoundGuide, option: string, asked: boolean): void {
  if (isTrusted(found, asked)) return;
  throw usageError(
    `${shortPath(found.file)} did not come with cnilab: its commands would run in a shell on this machine, as you`,
    `less ${shortPath(found.file)}   to read it first`,
    `npm run -s lab -- guide --${option} --trust ${sameAgain(found)}   runs it all the same`,
  );
}
