// How our commands run the engine: also how such a run is recognised.

/** The last words of its command line. */
export const ENGINE_OPTIONS = ['--json', '--non-interactive', '--color', 'never'] as const;
