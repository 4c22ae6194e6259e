// What the script says when it does not do what it was asked for: the matter and the remedy first, what led to it below.

/** Exit status with which the script says no; its last two lines on standard error are its own. */
const REFUSED = 3;

/** @param where in words: "this machine", "node1 (root@192.0.2.1:22)" */
export function scriptError(where: string, exitCode: number, stderr: string): Error {
  const lines = stderr.trimEnd().split('\n');
  if (exitCode !== REFUSED || lines.length < 2)
    return new Error(`preparing ${where} ended with status ${exitCode}: ${stderr.trim() || 'no message'}`);
  const details = lines.slice(0, -2);
  const [reason, fix] = lines.slice(-2);
  return new Error([`${where}: ${reason}`, fix, ...details].join('\n'));
}
