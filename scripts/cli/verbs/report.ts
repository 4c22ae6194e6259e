// `report`: a stack's lab and what its experiments found, as one HTML file that needs nothing else.
import { writeAtomic } from '../../../infra/util/write-atomic.ts';
import { chooseRecord } from '../choose-stack.ts';
import { environmentError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { stackReport } from '../stack-report.ts';
import { shortPath } from '../text.ts';
import { userDirectory, userPath } from '../user-directory.ts';

export interface ReportOptions {
  readonly stack?: string;
  readonly output?: string;
}

/** The exit code is 0 when it was written, whatever it says. The path goes to standard output, all else to standard error. */
export async function report({ stack, output }: ReportOptions): Promise<ExitCode> {
  const record = await chooseRecord(stack, 'npm run -s lab -- report');
  const { page, problem } = await stackReport(record);
  if (problem !== undefined)
    process.stderr.write(`cnilab: the lab cannot be read, so the report has no drawing of it: ${problem}\n`);
  const file = userPath(output ?? `${record.stack}-report.html`);
  await writeAtomic(file, page).catch((error: Error) => {
    throw environmentError(
      error.message,
      'npm run -s lab -- report -o <file.html>   writes it somewhere else',
    );
  });
  process.stderr.write(`Report of lab ${record.lab}, stack ${record.stack} (${kilobytes(page)} kB):\n`);
  process.stdout.write(`${shortPath(file, userDirectory())}\n`);
  return EXIT.pass;
}

const kilobytes = (text: string) => Math.ceil(Buffer.byteLength(text) / 1000);
