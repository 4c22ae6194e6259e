// Collects the problems that the checks of a lab find, so that all of them are told at once.
import { LabError, type Path, type Problem } from './problem.ts';
import { type LabSource, type Part, problemAt } from './source.ts';

/** More are not read by anybody, and finding the place of each takes time. */
const MOST = 200;

export class Report {
  readonly source: LabSource;
  readonly #problems: Problem[] = [];

  constructor(source: LabSource) {
    this.source = source;
  }

  /** A problem with what is written at `path` of the lab file. */
  at(path: Path, message: string, hint?: string, part?: Part): void {
    if (this.#problems.length < MOST) this.#problems.push(problemAt(this.source, path, message, hint, part));
  }

  /** A problem in another file. */
  add(problem: Problem): void {
    this.#problems.push(problem);
  }

  /** @throws LabError with everything found so far, if anything */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new LabError(this.#problems);
  }
}
