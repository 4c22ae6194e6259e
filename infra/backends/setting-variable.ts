// The environment variables that give a backend's settings their defaults: CNILAB_<BACKEND>_<KEY>, in upper snake case.

/** Such as CNILAB_KIND_KUBERNETES_VERSION for kubernetesVersion of kind. */
export function settingVariable(backend: string, key: string): string {
  return `${prefix(backend)}${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** What the environment says of a backend: key → text. A variable that is empty says nothing. */
export function settingsFromEnvironment(
  backend: string,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const start = prefix(backend);
  const told = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith(start) && name !== start && value ? [[keyOf(name.slice(start.length)), value]] : [],
  );
  return Object.fromEntries(told);
}

function prefix(backend: string): string {
  return `CNILAB_${backend.replaceAll(/[^A-Za-z0-9]/g, '_').toUpperCase()}_`;
}

function keyOf(upperSnakeCase: string): string {
  return upperSnakeCase.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
