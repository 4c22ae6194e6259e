// `journey`: what a journey experiment saw of each packet, hop by hop, as it was recorded last.
import type { JourneyObservation } from '../../../infra/journey/observation.ts';
import { journeyText } from '../../../infra/report/journey.ts';
import { journeyMermaid } from '../../../infra/report/journey-mermaid.ts';
import { type Terminal, terminalOf } from '../../../infra/report/paint.ts';
import { chooseRecord } from '../choose-stack.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { labResults } from '../lab-report.ts';
import { unknownName } from '../unknown-name.ts';

export interface JourneyOptions {
  readonly stack?: string;
  readonly mermaid?: boolean;
  readonly json?: boolean;
}

/** The exit code is 0 when it could be shown, whatever it says. */
export async function journey(name: string | undefined, options: JourneyOptions): Promise<ExitCode> {
  const record = await chooseRecord(options.stack, 'npm run -s lab -- journey');
  const { experiments } = await labResults(record);
  const found = experiments.filter(({ kind, observed }) => kind === 'journey' && observed !== null);
  const names = found.map((one) => one.name);
  if (name === undefined && names.length !== 1) {
    if (names.length === 0) {
      throw usageError(
        `no journey is on record under stack "${record.stack}"`,
        'npm run -s lab -- trace <from> <to> --send   sends something now',
      );
    }
    process.stdout.write(`Journeys on record:\n${names.map((one) => `  ${one}`).join('\n')}\n`);
    return EXIT.pass;
  }
  const chosen = found.find((one) => name === undefined || one.name === name);
  if (chosen === undefined) {
    throw unknownName(`no journey "${name}" is on record`, name ?? '', names, 'journeys');
  }
  const observed = chosen.observed as unknown as JourneyObservation;
  if (!options.json && !options.mermaid) {
    process.stdout.write(`${chosen.name}, recorded ${chosen.startedAt}\n`);
  }
  process.stdout.write(journeyOutput(observed, options, terminalOf(process.stdout)));
  return EXIT.pass;
}

/** Ends with a newline. */
export function journeyOutput(
  observed: JourneyObservation,
  { mermaid, json }: Pick<JourneyOptions, 'mermaid' | 'json'>,
  terminal: Terminal,
): string {
  if (json) return `${JSON.stringify(observed, null, 2)}\n`;
  return mermaid ? journeyMermaid(observed) : `${journeyText(observed, terminal)}\n`;
}
