// How our commands run the engine: also how such a run is recognised.

/** The last words of its command line. */
export const ENGINE_OPTIONS = ['--json', '--non-interactive', '--color', 'never'] as const;

/** All the words behind `pulumi` that make a stack. */
export function initArguments(stack: string): readonly string[] {
  return ['stack', 'init', stack, '--non-interactive', '--color', 'never'];
}
