// One need of this project and what was found: what the doctor's table and --json show.

export interface Check {
  readonly need: string;
  /** What it is for. */
  readonly use: string;
  /** A missing optional need never fails the doctor. */
  readonly required: boolean;
  readonly found: boolean;
  readonly version?: string;
  /** A path, or what was tried. */
  readonly from?: string;
  /** What to do about it; for a person. */
  readonly advice?: string;
}

/** All that is required is there. */
export function ready(checks: readonly Check[]): boolean {
  return checks.every((check) => check.found || !check.required);
}
