// Which part of cnilab a process is, by its command line. Pure.
import path from 'node:path';

/** Whoever may be killed. `everything` is what a power cut ends: all of them at once. */
export const VICTIMS = [
  'command',
  'engine',
  'language host',
  'program',
  'provider',
  'holder',
  'agent',
  'plugin',
  'tcpdump',
  'everything',
] as const;
export type Victim = (typeof VICTIMS)[number];
export type Role = Exclude<Victim, 'everything'>;

/** @param pluginDirs directories with CNI plugins @returns undefined for what is none of them, such as a pod */
export function roleOf(argv: readonly string[], pluginDirs: readonly string[]): Role | undefined {
  const [program = ''] = argv;
  const name = path.basename(program);
  if (name === 'tcpdump') return 'tcpdump';
  if (name === 'pulumi') return 'engine';
  if (name.startsWith('pulumi-language-')) return 'language host';
  if (argv.some((word) => word.endsWith('/infra/provider/main.ts'))) return 'provider';
  if (argv.some((word) => word.endsWith('/scripts/cnilab.ts'))) return 'command';
  if (argv.some((word) => word.includes('@pulumi/pulumi/cmd/run'))) return 'program';
  if (name === 'sh' && argv.at(-1) === 'cnilab-sandbox') return 'holder';
  if (name === 'perl' && argv.some((word) => word.includes('LAB_AGENT'))) return 'agent';
  // A gate of ours is a script: the shell's first argument is the plugin.
  const file = name === 'sh' ? (argv[1] ?? '') : program;
  return pluginDirs.includes(path.dirname(file)) ? 'plugin' : undefined;
}
