// When a learning experiment's check passes on nothing that nobody could have seen.
import type { Matcher } from '../lab/schema.ts';
import { fillTemplates, type TemplateLookup } from '../lab/template.ts';
import { type Check, rowsMatching } from './evaluate-check.ts';
import { restsOnNothing, silentTaps } from './founded.ts';
import type { TapRow } from './keep-capture.ts';
import type { CheckResult, Json } from './result.ts';

/** What was looked at, and what could not be. */
export interface LookedAt {
  readonly taps: readonly TapRow[];
  /** Hosts whose tables were read and watched. */
  readonly hosts: readonly string[];
  readonly bridged: readonly Json[];
  readonly notObserved: readonly { readonly host: string; readonly table: string; readonly why: string }[];
}

/** @returns why the check shows nothing; empty when it does show something */
export function unfounded(
  check: Check,
  result: CheckResult,
  looked: LookedAt,
  lookup: TemplateLookup,
): readonly string[] {
  if (!restsOnNothing(result)) return [];
  const where = (key: string): Matcher | undefined => {
    const matcher = check.where?.[key];
    return matcher === undefined ? undefined : fillTemplates(matcher, lookup);
  };
  const chosen = (key: string, of: readonly string[]) => {
    const matcher = where(key);
    return of.filter(
      (one) => matcher === undefined || rowsMatching({ of: matcher }, [{ of: one }]).length > 0,
    );
  };
  const names = looked.taps.map(({ name }) => name);
  for (const key of ['tap', 'in'])
    if (chosen(key, names).length === 0) return [`no tap is called so; there are ${names.join(', ')}`];
  if (chosen('host', looked.hosts).length === 0)
    return [`nothing was watched there; watched were ${looked.hosts.join(', ')}`];
  if (check.select === 'bridged' && looked.bridged.length === 0)
    return ['no frame at all was seen to cross a bridge'];
  if (check.select === 'changes') return blind(looked, chosen);
  return silentTaps(check, result, looked.taps, lookup);
}

function blind(
  { notObserved }: LookedAt,
  chosen: (key: string, of: readonly string[]) => readonly string[],
): readonly string[] {
  return notObserved
    .filter(({ host, table }) => chosen('host', [host]).length > 0 && chosen('table', [table]).length > 0)
    .map(({ host, table, why }) => `${table} of ${host} was not observed: ${why}`);
}
