// `env`: what a shell needs so that plain `pulumi` works in this checkout: eval "$(npm run -s lab -- env)"
import { shellWord } from '../../../infra/util/shell-quote.ts';
import { engineEnvironment } from '../engine/environment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Variables of the engine's environment that a user's own shell lacks. */
const NAMES = [
  'PATH',
  'PULUMI_SKIP_UPDATE_CHECK',
  'PULUMI_CONFIG_PASSPHRASE',
  'PULUMI_BACKEND_URL',
  'PULUMI_HOME',
] as const;

export async function env(): Promise<ExitCode> {
  const { env: complete } = await engineEnvironment();
  process.stdout.write(exportLines(complete));
  return EXIT.pass;
}

/** POSIX shell. Directories that npm puts in front for its scripts mean nothing elsewhere and are left out. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return NAMES.flatMap((name) => {
    const value = environment[name];
    if (value === undefined) return [];
    return `export ${name}=${shellWord(name === 'PATH' ? withoutNpm(value) : value)}\n`;
  }).join('');
}

function withoutNpm(path: string): string {
  const kept = path.split(':').filter((dir) => !dir.endsWith('/node-gyp-bin'));
  return [...new Set(kept)].join(':');
}
