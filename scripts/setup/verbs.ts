// The commands of package.json, and how much of the machine each of them needs.

export const VERBS = [
  'up',
  'down',
  'lab',
  'pulumi',
  'test',
  'test-kind',
  'doctor',
  'bench',
  'nightly',
  'soak',
  'scale',
  'conformance',
  'fuzz',
  'crash',
] as const;
export type Verb = (typeof VERBS)[number];

/**
 * `packages`: node_modules is enough. `plugins`: system tools and CNI plugins too. `everything`: and the engine.
 */
export type Need = 'packages' | 'plugins' | 'everything';

/** Sub-commands of `lab` that only read files. */
const READING_LAB_COMMANDS = new Set([
  'list',
  'validate',
  'init',
  'doctor',
  'complete',
  'schema',
  'results',
  'help',
  '--help',
  '-h',
  '--version',
]);

/** Layers of `npm test` that only read the source. */
const READING_TEST_LAYERS = new Set(['lint', 'types', 'page-types', '--help', '-h']);

/** Whoever runs the tests reads the last line of the output, whatever happens. */
export function countsTests(verb: string | undefined): boolean {
  return verb === 'test' || verb === 'test-kind';
}

export function isVerb(word: string | undefined): word is Verb {
  return VERBS.includes(word as Verb);
}

/** What must be ready before the verb can run with these arguments. */
export function needOf(verb: Verb, args: readonly string[]): Need {
  const [first] = args;
  if (verb === 'doctor') return 'packages';
  if (args.includes('--help') || args.includes('-h')) return verb === 'pulumi' ? 'everything' : 'packages';
  if (verb === 'nightly' && args.includes('--history')) return 'packages';
  if (verb === 'conformance') return 'plugins';
  if (verb === 'fuzz') return args.includes('predictions') ? 'everything' : 'packages';
  if (verb === 'crash' && args.includes('--table')) return 'packages';
  if (verb === 'lab')
    return first === undefined || READING_LAB_COMMANDS.has(first) ? 'packages' : 'everything';
  if (verb === 'test' && first !== undefined) {
    return args.every((arg) => READING_TEST_LAYERS.has(arg)) ? 'packages' : 'everything';
  }
  return 'everything';
}
