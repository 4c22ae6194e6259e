// Which Pulumi state a lab belongs to: told to the provider, which will not touch another's lab.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pulumiHome } from './util/pulumi-home.ts';

/** The URL of the backend the user is logged in to, as the CLI finds it: PULUMI_BACKEND_URL, else the last login. */
export async function backendUrl(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  if (env.PULUMI_BACKEND_URL) return env.PULUMI_BACKEND_URL;
  const home = pulumiHome(env);
  const text = await readFile(
    env.PULUMI_CREDENTIALS_PATH ?? path.join(home, 'credentials.json'),
    'utf8',
  ).catch(() => '{}');
  const { current } = JSON.parse(text) as { readonly current?: string };
  return current ?? '';
}
