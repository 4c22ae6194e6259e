// What the user has said of a backend beside the lab file: the stack's config, and below it the environment.
import { settingsFromEnvironment } from './backends/setting-variable.ts';

export interface BackendSettings {
  /** Key → text. Whether the backend understands them is for the provider to say. */
  readonly settings: Readonly<Record<string, string>>;
  /** Something in them is a secret of the stack's. */
  readonly secret: boolean;
}

/** How Pulumi's SDK is told which keys of the config hold a secret: a JSON list of them. */
const SECRET_KEYS = 'PULUMI_CONFIG_SECRET_KEYS';

/**
 * Settings of a backend; undefined when nothing is said. Config is structured (`cnilab:kind` is an object); an empty
 * text takes back what was said.
 *
 * @param config all of the stack's, as texts
 * @throws Error with one message when the config is not of that form
 */
export function backendSettings(
  backend: string,
  config: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>>,
): BackendSettings | undefined {
  const name = `cnilab:${backend}`;
  const flat = Object.keys(config).find((key) => key.startsWith(`${name}.`));
  if (flat !== undefined) {
    throw new Error(
      `${flat} is one flat key of the stack's config, and settings of a backend are an object\n` +
        `pulumi config rm ${flat}, then: pulumi config set --path ${flat} <value>`,
    );
  }
  const told = Object.entries({
    ...settingsFromEnvironment(backend, env),
    ...configured(name, config[name]),
  });
  const settings = Object.fromEntries(told.filter(([, value]) => value !== ''));
  if (Object.keys(settings).length === 0) return undefined;
  return { settings, secret: secretKeys(env).includes(name) };
}

/** The engine makes numbers and booleans of texts that look like them. */
function configured(name: string, text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined || text === '') return {};
  const value = parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error(
      `${name} in the stack's config must be an object of settings\n` +
        `pulumi config rm ${name}, then: pulumi config set --path ${name}.<key> <value>`,
    );
  }
  // Lists are not the provider's business: machines that the program prepares.
  const texts = Object.entries(value).filter(([, setting]) => !Array.isArray(setting));
  return Object.fromEntries(
    texts.map(([key, setting]) => {
      if (setting === null || typeof setting === 'object')
        throw new Error(`${name}.${key} in the stack's config must be a text`);
      return [key, String(setting)];
    }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secretKeys(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return JSON.parse(env[SECRET_KEYS] || '[]') as readonly string[];
}
