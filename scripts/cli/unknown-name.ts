// A name on the command line that nothing has: the nearest that something has, or all there are.
import { suggest } from '../../infra/lab/suggest.ts';
import { type CliError, usageError } from './cli-error.ts';

/**
 * @param message what there is none of, such as `there is no pod "wbe-1"`
 * @param named what the word could have meant
 * @param kinds what those are, such as `pods`
 */
export function unknownName(
  message: string,
  word: string,
  named: readonly (string | { readonly name: string })[],
  kinds: string,
  ...hints: string[]
): CliError {
  const names = named.map((one) => (typeof one === 'string' ? one : one.name));
  return usageError(message, suggest(word, names, kinds), ...hints);
}
