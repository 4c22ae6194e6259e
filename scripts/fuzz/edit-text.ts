// Edits of a text: by characters, by lines and by words. Pure.
import * as fc from 'fast-check';
import { hostileScalar, longText } from './hostile-values.ts';

export type TextEdit = (text: string) => string;

const anywhere = fc.nat({ max: 10_000_000 });
const paste = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    ...[
      '\t',
      ' ',
      '- ',
      ': ',
      '? ',
      '&a ',
      '*a',
      '<<: ',
      '<<: *a',
      '"',
      "'",
      '\r',
      '\n',
      '\r\n',
      '---\n',
      '...\n',
      '{',
      '}',
      '[',
      ']',
      '|\n',
      '>-\n',
    ],
    ...[
      '!!str ',
      '!!binary ',
      '!!js/function ',
      '!x ',
      '%YAML 1.1\n',
      '#',
      '\ufeff',
      '\u0000',
      '\u0085',
      '\u2028',
      '!!set {',
      '!!timestamp ',
    ],
  ),
);
/** Words, numbers and punctuation as they follow each other. */
const WORDS = /[\w./:-]+|[^\w\s]|\n[ \t]*/g;

/** @param text whose words are put into others' places */
export function textEdit(text: string): fc.Arbitrary<TextEdit> {
  const words = [...new Set(text.match(WORDS) ?? [' '])];
  const word = fc.oneof(
    fc.constantFrom(...words),
    hostileScalar.map((value) => String(value)),
  );
  const characters = fc.tuple(anywhere, fc.nat({ max: 40 }), paste).map(
    ([n, length, inserted]): TextEdit =>
      (old) => {
        const from = n % (old.length + 1);
        return old.slice(0, from) + inserted + old.slice(from + length);
      },
  );
  const token = fc.tuple(anywhere, word).map(
    ([n, other]): TextEdit =>
      (old) => {
        const all = [...old.matchAll(WORDS)];
        const found = all[n % Math.max(1, all.length)];
        return found === undefined
          ? other
          : old.slice(0, found.index) + other + old.slice(found.index + found[0].length);
      },
  );
  const lines = fc
    .tuple(
      fc.constantFrom('double', 'remove', 'move', 'indent', 'outdent', 'tab', 'empty'),
      anywhere,
      anywhere,
      fc.nat({ max: 5 }),
    )
    .map(
      ([how, n, m, count]): TextEdit =>
        (old) => {
          const all = old.split('\n');
          const from = n % all.length;
          const some = all.slice(from, from + count + 1);
          const rest = [...all.slice(0, from), ...all.slice(from + some.length)];
          const at = m % (rest.length + 1);
          if (how === 'double') return [...all.slice(0, from), ...some, ...all.slice(from)].join('\n');
          if (how === 'remove') return rest.join('\n');
          if (how === 'move') return [...rest.slice(0, at), ...some, ...rest.slice(at)].join('\n');
          const changed = some.map((line) => {
            if (how === 'indent') return `  ${line}`;
            if (how === 'outdent') return line.replace(/^ {1,2}/, '');
            return how === 'tab' ? line.replace(/^ +/, '\t') : '';
          });
          return [...all.slice(0, from), ...changed, ...all.slice(from + some.length)].join('\n');
        },
    );
  const cut = anywhere.map(
    (n): TextEdit =>
      (old) =>
        old.slice(0, n % (old.length + 1)),
  );
  const long = fc.tuple(anywhere, longText).map(
    ([n, inserted]): TextEdit =>
      (old) => {
        const from = n % (old.length + 1);
        return old.slice(0, from) + inserted + old.slice(from);
      },
  );
  return fc.oneof(
    { weight: 6, arbitrary: characters },
    { weight: 8, arbitrary: token },
    { weight: 5, arbitrary: lines },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: long },
  );
}
