// What holds of any text that is given for a lab file: it is a lab, or there are messages that a person can use.
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import type { LabText } from './real-labs.ts';

const FILE = 'lab.yaml';
/** Characters of one message: more are not read, and a lab file may have a megabyte in one word. */
const LONGEST_MESSAGE = 2000;
/** What a terminal takes for a command. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
/** What only a programmer would say. */
const SPILT = /\bundefined\b|\[object |\bNaN\b|\n\s+at \S+ \(|node:internal|ZodError/;

/** @throws Error saying what does not hold, or whatever came out instead of a LabError */
export function holdLab({ yaml, configs }: LabText): 'a lab' | 'messages' {
  try {
    const { raw, source } = parseLabSource(yaml, FILE);
    resolveLab(raw, source, configs);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    checkMessages(error, yaml);
    return 'messages';
  }
  return 'a lab';
}

function checkMessages(error: LabError, yaml: string): void {
  const lines = yaml.split(/\r\n|\n|\r/).length;
  if (error.problems.length === 0) throw new Error('an error without a problem');
  for (const { file, line, column, message, hint = '' } of error.problems) {
    const at = `${file}:${line}:${column}`;
    if (file === FILE && (line < 1 || line > lines || column < 1))
      throw new Error(`no such place: ${at} of ${lines} lines`);
    if (message.trim() === '') throw new Error(`no message at ${at}`);
    if (message.length + hint.length > LONGEST_MESSAGE)
      throw new Error(`a message of ${message.length + hint.length} characters at ${at}`);
    // The texts of a lab may say anything, and a message may quote them.
    const spilt = SPILT.exec(`${message} ${hint}`)?.[0];
    if (spilt !== undefined && !yaml.includes(spilt.trim()))
      throw new Error(`"${spilt}" in: ${message} ${hint}`);
  }
  const control = CONTROL.exec(error.message);
  if (control)
    throw new Error(
      `character ${control[0].codePointAt(0)} in the message: ${JSON.stringify(error.message.slice(0, 500))}`,
    );
}
