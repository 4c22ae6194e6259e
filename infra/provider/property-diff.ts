// Which properties differ, by their path, so that preview can name them.
import { UNKNOWN } from './codec.ts';
import { propertyPath } from './property-path.ts';

export type ChangeKind = 'add' | 'delete' | 'update';

/** One difference. The path is in Pulumi's notation, such as pods[1].node or configs["10-a.conflist"]. */
export interface PropertyChange {
  readonly path: string;
  readonly kind: ChangeKind;
}

/**
 * Differences between two values of plain data; a value that is not known yet differs from everything. List items
 * that have a name are compared with their namesake, so that removing the first of three is one difference.
 */
export function propertyDiff(old: unknown, now: unknown, path: Path): readonly PropertyChange[] {
  return differences(old, now, path).map((found) => ({ ...found, path: propertyPath(found.path) }));
}

/** Whether two values of plain data are the same, and fully known. */
export function sameData(a: unknown, b: unknown): boolean {
  return differences(a, b, []).length === 0;
}

type Path = readonly (string | number)[];
interface Difference {
  readonly path: Path;
  readonly kind: ChangeKind;
}

function differences(old: unknown, now: unknown, path: Path): readonly Difference[] {
  if (old === now && now !== UNKNOWN) return [];
  if (old === undefined) return [{ path, kind: 'add' }];
  if (now === undefined) return [{ path, kind: 'delete' }];
  if (Array.isArray(old) && Array.isArray(now)) return listDiff(old, now, path);
  if (isObject(old) && isObject(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
      differences(old[key], now[key], [...path, key]),
    );
  }
  return [{ path, kind: 'update' }];
}

function listDiff(old: readonly unknown[], now: readonly unknown[], path: Path): readonly Difference[] {
  const oldNames = namesOf(old);
  const nowNames = namesOf(now);
  if (!oldNames || !nowNames) {
    return Array.from({ length: Math.max(old.length, now.length) }, (_, index) =>
      differences(old[index], now[index], [...path, index]),
    ).flat();
  }
  const changed = now.flatMap((item, index) =>
    differences(old[oldNames.indexOf(nowNames[index] as string)], item, [...path, index]),
  );
  const removed = old.flatMap((_, index) =>
    nowNames.includes(oldNames[index] as string) ? [] : [{ path: [...path, index], kind: 'delete' as const }],
  );
  const kept = nowNames.filter((name) => oldNames.includes(name));
  const moved = kept.join('\n') !== oldNames.filter((name) => nowNames.includes(name)).join('\n');
  return moved ? [...changed, ...removed, { path, kind: 'update' }] : [...changed, ...removed];
}

/** The names of a list's items when each has one and no two are equal. */
function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.map((item) => (isObject(item) && typeof item.name === 'string' ? item.name : undefined));
  const known = names.filter((name) => name !== undefined);
  return known.length === list.length && new Set(known).size === list.length ? known : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
