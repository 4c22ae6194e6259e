// When a journey's check passes because nothing was seen at a place: whether anything could have been seen there.
import type { Matcher } from '../lab/schema.ts';
import { fillTemplates, type TemplateLookup } from '../lab/template.ts';
import type { Check } from './evaluate-check.ts';
import { restsOnNothing } from './founded.ts';
import type { TapRow } from './keep-capture.ts';
import type { CheckResult } from './result.ts';

/**
 * A passing check of journeys, packets or noise that rests on having found none needs, at every place that its `where`
 * names, a tap that saw something.
 * @returns why the check shows nothing; empty when it does show something
 */
export function deafPlaces(
  check: Check,
  result: CheckResult,
  taps: readonly Pick<TapRow, 'name' | 'packets'>[],
  lookup: TemplateLookup,
): readonly string[] {
  if (!restsOnNothing(result) || check.where === undefined) return [];
  const where = Object.values(check.where).map((matcher) => fillTemplates(matcher, lookup));
  return placesIn(where).flatMap((place) => {
    const tap = taps.find(({ name }) => name === place);
    if (tap === undefined)
      return [`there was no tap at ${place}, so that nothing was seen there shows nothing`];
    return tap.packets > 0
      ? []
      : [`the tap at ${place} saw no packet at all, so that it did not see these shows nothing`];
  });
}

/** Texts of the form `<host>/<interface>`, at any depth. */
function placesIn(value: Matcher | readonly Matcher[]): string[] {
  if (typeof value === 'string') return /^[\w.-]+\/[\w.-]+$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => placesIn(inner as Matcher));
}
