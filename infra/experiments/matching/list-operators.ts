// Operators over lists of rows: counting, quantifying, and looking down one column.
import { isDeepStrictEqual } from 'node:util';
import type { Matcher } from '../../lab/schema.ts';
import type { Json } from '../result.ts';
import { matchUnordered, nearest } from './compare-lists.ts';
import { type Difference, difference, MatcherError, rows, show } from './difference.ts';
import {
  type Application,
  type Compare,
  isList,
  isMapping,
  listOperand,
  miss,
  type Operator,
  onList,
  textOperand,
} from './operator.ts';
import { readPath } from './read-path.ts';

export const contains: Operator = (application) => {
  const { compare, operand, observed, path } = application;
  const wanted = isList(operand) ? operand : [operand];
  if (wanted.length === 0) throw new MatcherError('$contains: [] holds for everything');
  if (typeof observed === 'string') {
    return wanted.flatMap((part) =>
      typeof part === 'string' && observed.includes(part)
        ? []
        : [miss({ ...application, operand: part }, `text with ${show(part)} in it`)],
    );
  }
  if (!isList(observed)) return [miss(application, 'a list or text for $contains')];
  return wanted.flatMap((element) => atLeastOne(compare, element, observed, path));
};

export const any = onList((list, { compare, operand, path }) => atLeastOne(compare, operand, list, path));

export const unordered = onList((list, application) =>
  matchUnordered(application.compare, listOperand(application), list, application.path),
);

export const count = onList((list, { compare, operand, observed, path }) => {
  const wrong = compare(operand, list.length, '');
  if (wrong.length === 0) return [];
  const wanted = typeof operand === 'number' ? rows(operand) : `the number of rows to be ${show(operand)}`;
  const those = list.length > 0 ? `: ${show(list)}` : '';
  return [
    difference(
      path,
      { $count: operand },
      observed,
      `expected ${wanted}, observed ${rows(list.length)}${those}`,
    ),
  ];
});

export const every = onList((list, application) => {
  const { compare, operand, path } = application;
  if (list.length === 0) return vacuous(application);
  return list.flatMap((row, index) => compare(operand, row, `${path}[${index}]`));
});

export const none = onList((list, application) => {
  const { compare, operand, path } = application;
  if (list.length === 0) return vacuous(application);
  return list.flatMap((row, index) =>
    compare(operand, row, '').length > 0
      ? []
      : [
          miss(
            { ...application, observed: row, path: `${path}[${index}]` },
            `nothing that matches ${show(operand)}`,
          ),
        ],
  );
});

/** `{$each: column, $is: matcher}`: the list of that column's values. A row without it is a gap, which only $absent matches. */
export const each = onList((list, application) => {
  const column = textOperand(application);
  const is = application.siblings.$is;
  if (is === undefined) throw new MatcherError('$each needs $is beside it');
  const values = list.map((row) => readPath(row, column));
  return application.compare(is, values as Json[], `${application.path}[*].${column}`);
});

/** Looked at by `$each`. */
export const is: Operator = ({ siblings }) => {
  if (siblings.$each === undefined) throw new MatcherError('$is needs $each beside it');
  return [];
};

export const unique = onColumn((values, at) =>
  values.flatMap((value, index) => {
    const first = values.findIndex((other) => isDeepStrictEqual(other, value));
    return first === index ? [] : [miss(at(index), `a value that no other row has (row [${first}] has it)`)];
  }),
);

export const same = onColumn((values, at) =>
  values.flatMap((value, index) =>
    isDeepStrictEqual(value, values[0]) ? [] : [miss(at(index), `${show(values[0])}, as in row [0]`)],
  ),
);

type At = (index: number) => Application;

/** An operator that compares the values of one column with each other: needs two rows at least, each with that column. */
function onColumn(apply: (values: readonly (Json | undefined)[], at: At) => Difference[]): Operator {
  return onList((list, application) => {
    const column = textOperand(application);
    const values = list.map((row) => readPath(row, column));
    const at: At = (index) => ({
      ...application,
      observed: values[index],
      path: `${application.path}[${index}].${column}`,
    });
    if (list.length < 2) {
      return [miss(application, `two rows at least, so that ${application.name} compares something`)];
    }
    const gaps = values.flatMap((value, index) => (value === undefined ? [miss(at(index), 'a value')] : []));
    return gaps.length > 0 ? gaps : apply(values, at);
  });
}

function atLeastOne(compare: Compare, wanted: Matcher, list: readonly Json[], path: string): Difference[] {
  if (list.some((row) => compare(wanted, row, '').length === 0)) return [];
  const hint = nearest(compare, wanted, list, path);
  return [difference(path, wanted, undefined, `nothing matches ${show(wanted)}; ${hint}`)];
}

/** "For all" and "for none" over nothing prove nothing, unless the lab expects nothing in so many words. */
function vacuous({ name, operand, compare, siblings, path }: Application): Difference[] {
  if (isMapping(siblings) && siblings.$count !== undefined && compare(siblings.$count, 0, '').length === 0)
    return [];
  return [difference(path, { [name]: operand }, [], `no rows to look at, so ${name} shows nothing`)];
}
