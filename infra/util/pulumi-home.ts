// Where the Pulumi engine looks for the user's home: it is written in Go, which does not ask $HOME first.
import { homedir, userInfo } from 'node:os';
import path from 'node:path';

/**
 * Home directory of the account that runs this, whatever $HOME says (Go, os/user: Current); $HOME where the account is
 * not on record, as in a container that was given any user id.
 */
export function accountHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

/** Directory of the engine's own files: credentials, plugins, policies (`GetPulumiHomeDir` of its workspace package). */
export function pulumiHome(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.PULUMI_HOME || path.join(accountHome(), '.pulumi');
}
