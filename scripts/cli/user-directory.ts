// Where the user is, whom npm takes to the checkout.
import path from 'node:path';

/** npm starts scripts in the checkout and leaves the directory the user is in to INIT_CWD. */
export function userDirectory(): string {
  return process.env.INIT_CWD ?? process.cwd();
}

/** Absolute path of what a word on the command line means. */
export function userPath(word: string): string {
  return path.resolve(userDirectory(), word);
}
