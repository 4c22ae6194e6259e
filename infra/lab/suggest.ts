// "Did you mean": the nearest of the names there are, but only when it is near enough to be a slip.
import { closest, distance } from 'fastest-levenshtein';

/** The candidate that `word` is probably a misspelling of. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 100) return undefined;
  const lower = word.toLowerCase();
  const same = candidates.find((candidate) => candidate.toLowerCase() === lower);
  if (same !== undefined) return same;
  const letters = sorted(lower);
  const swapped =
    word.length > 2 && candidates.find((candidate) => sorted(candidate.toLowerCase()) === letters);
  if (swapped) return swapped;
  if (candidates.length === 0) return undefined;
  const best = closest(word, [...candidates]);
  const allowed = Math.max(1, Math.floor(Math.max(word.length, best.length) / 3));
  const near = distance(word, best) <= allowed && distance(word, best) < Math.min(word.length, best.length);
  return near ? best : undefined;
}

/** Letters in the wrong order (form, nmae) are two edits to a distance, and one slip to a person. */
function sorted(word: string): string {
  return [...word].sort().join('');
}

/** `did you mean "x"?` when something is near, else what there is to choose from. */
export function suggest(word: string, candidates: readonly string[], what: string): string {
  const near = nearest(word, candidates);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (candidates.length === 0) return `there are no ${what} here`;
  return `${what} there are: ${list(candidates)}`;
}

/** Names for a message: at most 20, then a count. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}
