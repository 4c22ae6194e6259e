// Something that has to stand whatever it is given: where its input comes from, and what must hold of it.
import type * as fc from 'fast-check';

export interface Target<T> {
  /** Such as "lab files". */
  readonly name: string;
  readonly source: fc.Arbitrary<T>;
  /**
   * Tries one input.
   * @returns what became of it, in a word or two, for the count
   * @throws whatever is wrong: something else than an answer or an error of the project's own
   */
  readonly hold: (value: T) => string;
  /** For a person, of any length. */
  readonly show: (value: T) => string;
}
