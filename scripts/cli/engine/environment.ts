// The engine's environment for the verbs that start it.
import { currentBackend, engineEnv } from '../../setup/engine-env.ts';

export interface EngineEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Where Pulumi keeps its state, such as file://~ or https://api.pulumi.com. */
  readonly backendUrl: string;
}

/** @throws NotReady when there is no engine and none can be had */
export async function engineEnvironment(): Promise<EngineEnvironment> {
  const complete = await engineEnv();
  const env = Object.fromEntries(
    Object.entries(complete).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return { env, backendUrl: currentBackend(env)?.url ?? 'file://~' };
}
