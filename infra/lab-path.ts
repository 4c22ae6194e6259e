// Which lab file a stack stands for.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The lab that a stack shows when nothing else is said. */
const DEFAULT_LAB = 'kindnet';

/**
 * Absolute path of the lab file. `asked` is a path, or the name of a lab in labs/; without it the lab named like the
 * stack is taken if there is one.
 */
export function labPath(asked: string | undefined, stack: string, root: string): string {
  const named = (name: string) => path.join(root, 'labs', name, 'lab.yaml');
  if (!asked) return named(existsSync(named(stack)) ? stack : DEFAULT_LAB);
  const isName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(asked);
  return isName && (existsSync(named(asked)) || !existsSync(path.resolve(root, asked)))
    ? named(asked)
    : path.resolve(root, asked);
}
