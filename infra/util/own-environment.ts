// This process's own environment, for what takes a complete one.

/** @param added goes over what is there */
export function ownEnvironment(added: Readonly<Record<string, string>> = {}): Record<string, string> {
  // Node.js has nothing undefined in it; only its type says so.
  return { ...(process.env as Record<string, string>), ...added };
}
