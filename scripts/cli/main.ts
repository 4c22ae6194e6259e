// Runs one command line to its exit code. Whatever is thrown below ends here as one message.
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { createProgram } from './program.ts';
import { asTyped } from './spelling.ts';

/** @param args without node and script */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.pass;
  try {
    const program = createProgram((code) => {
      exitCode = code;
    });
    if (args[0] === 'complete') await (await import('./completion.ts')).addCompletion(program);
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed its own message; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
    const { text, exitCode: code } = explainError(error);
    process.stderr.write(asTyped(`cnilab: ${text}\n`));
    if (process.env.CNILAB_DEBUG) console.error(error);
    return code;
  }
}
