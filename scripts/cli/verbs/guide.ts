// `guide`: a lab's README as something to walk through, to render with the live lab's output, and to check.
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findGuide, sameAgain } from '../guide/find-guide.ts';
import { isTrusted, refuseUntrusted } from '../guide/trust-guide.ts';
import { shortPath } from '../text.ts';

export interface GuideOptions {
  readonly stack?: string;
  readonly list?: true;
  readonly from?: string;
  readonly check?: true;
  readonly update?: true;
  readonly render?: true;
  readonly output?: string;
  readonly trust?: true;
}

export async function guide(lab: string | undefined, options: GuideOptions): Promise<ExitCode> {
  if (options.output !== undefined && !options.render) throw usageError('--output is for --render');
  const found = await findGuide(lab, options.stack);
  if (options.check || options.update || options.render) {
    const option = options.check ? 'check' : options.update ? 'update' : 'render';
    refuseUntrusted(found, option, options.trust === true);
    const { checkGuide, renderGuide, updateGuide } = await import('../guide/play.ts');
    if (options.check) return await checkGuide(found);
    return options.update ? await updateGuide(found) : await renderGuide(found, options.output);
  }

  if (options.list) {
    const { listSteps } = await import('../guide/list-steps.ts');
    process.stdout.write(await listSteps(found));
    return EXIT.pass;
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw usageError(
      'guide walks a reader through on a terminal, and there is none',
      `less ${shortPath(found.file)}   is the guide as it was recorded`,
      `npm run -s lab -- guide --render ${sameAgain(found)}   is the guide with the output of your lab`,
      `npm run -s lab -- guide --list ${sameAgain(found)}   shows its steps`,
    );
  }
  const { walkGuide } = await import('../guide/walk.ts');
  return await walkGuide(found, options.from, isTrusted(found, options.trust === true));
}
