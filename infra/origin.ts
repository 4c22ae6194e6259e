// Which Pulumi state a lab belongs to: told to the provider, which will not touch another's lab.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** The URL of the backend the user is logged in to, as the CLI finds it: PULUMI_BACKEND_URL, else the last login. */
export async function backendUrl(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  if (env.PULUMI_BACKEND_URL) return env.PULUMI_BACKEND_URL;
  const home = env.PULUMI_HOME ?? path.join(homedir(), '.pulumi');
  const text = await readFile(
    env.PULUMI_CREDENTIALS_PATH ?? path.join(home, 'credentials.json'),
    'utf8',
  ).catch(() => '{}');
  const { current } = JSON.parse(text) as { readonly current?: string };
  return current ?? '';
}
