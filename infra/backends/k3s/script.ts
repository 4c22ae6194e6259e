// The script that puts K3s on a machine and takes it away: one text, run here or over ssh.
import { readFileSync } from 'node:fs';

export type Verb =
  | 'check'
  | 'claim'
  | 'install'
  | 'state'
  | 'kubeconfig'
  | 'token'
  | 'announce'
  | 'joined'
  | 'uninstall'
  | 'release';

/** What the script is told; see the head of scripts/machine.sh. */
export interface ScriptWords {
  readonly id?: string;
  readonly role?: 'server' | 'agent';
  readonly version?: string | undefined;
  readonly installer?: string | undefined;
  readonly binary?: string | undefined;
  readonly images?: string | undefined;
  readonly node?: string;
  readonly ranges?: string;
  readonly seconds?: string;
  readonly root?: string;
}

const PARTS = ['machine.sh', 'install.sh', 'uninstall.sh', 'verbs.sh'] as const;
let text: string | undefined;

/** For a POSIX shell, without its comment lines. */
export function k3sScript(): string {
  text ??= PARTS.map((name) => readFileSync(new URL(`./scripts/${name}`, import.meta.url), 'utf8'))
    .join('')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n');
  return text;
}

/** What comes behind the script's name. */
export function scriptWords(verb: Verb, words: ScriptWords): readonly string[] {
  const given = Object.entries(words).filter(([, value]) => value !== undefined && value !== '');
  return [verb, ...given.map(([key, value]) => `${key}=${value}`)];
}

/** The whole as an argv that needs no file. */
export function scriptArgv(verb: Verb, words: ScriptWords): readonly string[] {
  return ['sh', '-c', k3sScript(), 'k3s.sh', ...scriptWords(verb, words)];
}
