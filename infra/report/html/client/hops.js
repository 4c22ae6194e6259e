// One hop of a journey in words and tables: what was foretold, what was seen, and the rule behind it.
import { block, code, foldable, make } from './dom.js';

/**
 * @typedef {import('../../model/report-model.ts').HopReport} Hop
 * @typedef {import('../../model/report-model.ts').CapturedPacket} Captured
 * @typedef {NonNullable<Hop['seen']>} Headers
 */

/** @type {Record<Hop['status'], [sign: string, words: string, tone: string]>} */
export const SEEN = {
  'as-predicted': ['✓', 'seen as foretold', 'pass'],
  different: ['≠', 'seen, but different', 'fail'],
  missing: ['✗', 'foretold, and not seen', 'fail'],
  unpredicted: ['+', 'seen, and not foretold', 'fail'],
  untapped: ['·', 'no tap: nothing can be run there', 'none'],
};

/** @param {Hop} hop */
export const placeOf = ({ host, dev, direction }) =>
  `${host} ${dev}${direction === undefined ? '' : ` ${direction}`}`;

/** @param {Hop} hop @param {number} index */
export function latencyWords({ latency, otherClock, after }, index) {
  if (otherClock) return 'other clock: nobody knows';
  if (latency === undefined) return index === 0 ? 'begins here' : '–';
  const { samples, min, median, p99 } = latency;
  if (min === undefined || median === undefined || p99 === undefined) return 'same stamp';
  const from = after !== undefined && after !== index - 1 ? ` from hop ${after + 1}` : '';
  if (samples === 1) return `${us(median)} µs${from}`;
  return `${us(min)} / ${us(median)} / ${us(p99)} µs (least, median, 99th of 100; ${samples} packets)${from}`;
}

/** @param {number} ns */
const us = (ns) => (ns / 1000).toFixed(1);

/** @param {Hop} hop @param {number} index @returns {Node[]} */
export function hopNodes(hop, index) {
  const [sign, words, tone] = SEEN[hop.status];
  const { rewrites, differences, why, predicted, seen, captured } = hop;
  return [
    make(
      'p',
      {},
      make('span', { class: `verdict ${tone}` }, sign),
      ` ${words}; `,
      make('span', { class: 'note' }, latencyWords(hop, index)),
    ),
    differences.length > 0 &&
      make('ul', { class: 'differences' }, ...differences.map((line) => make('li', {}, line))),
    rewrites.length > 0 && make('h4', {}, 'Changed since the hop before'),
    rewrites.length > 0 &&
      make('ul', { class: 'facts' }, ...rewrites.map((line) => make('li', {}, code(line)))),
    why.length > 0 && make('h4', {}, 'Why'),
    why.length > 0 && make('ul', { class: 'facts' }, ...why.map((line) => make('li', {}, code(line)))),
    (predicted || seen) && make('h4', {}, 'Headers'),
    (predicted || seen) && headerTable(predicted, seen),
    captured && make('h4', {}, `Captured here: ${captured.length} bytes`),
    captured && layers(captured),
    captured &&
      foldable('Its first bytes', false, block(hexDump(captured.bytes), 'the first bytes, in hexadecimal')),
  ].filter((node) => node instanceof Node);
}

/** @param {Headers | undefined} predicted @param {Headers | undefined} seen */
function headerTable(predicted, seen) {
  const rows = ROWS.map(([name, read]) => [name, predicted && read(predicted), seen && read(seen)]).filter(
    ([, one, other]) => one !== undefined || other !== undefined,
  );
  return make(
    'table',
    { class: 'headers' },
    make(
      'thead',
      {},
      make(
        'tr',
        {},
        make('td', {}),
        make('th', { scope: 'col' }, 'foretold'),
        make('th', { scope: 'col' }, 'seen'),
      ),
    ),
    make(
      'tbody',
      {},
      ...rows.map(([name, one, other]) =>
        make(
          'tr',
          { class: one !== undefined && other !== undefined && one !== other ? 'differs' : undefined },
          make('th', { scope: 'row' }, name),
          make('td', {}, one ?? '–'),
          make('td', {}, other ?? '–'),
        ),
      ),
    ),
  );
}

/** @type {[string, (headers: Headers) => string | undefined][]} */
const ROWS = [
  ['outer MACs', ({ outer }) => outer && `${outer.srcMac}\u00a0→ ${outer.dstMac}`],
  ['outer IP', ({ outer }) => outer && `${outer.src}\u00a0→ ${outer.dst}`],
  ['outer TTL', ({ outer }) => outer && `${outer.ttl}`],
  ['UDP port, VNI', ({ outer }) => outer && `${outer.port}, VNI ${outer.vni}`],
  ['MACs', ({ srcMac, dstMac }) => `${srcMac}\u00a0→ ${dstMac}`],
  ['IP', ({ src, dst }) => `${src}\u00a0→ ${dst}`],
  ['TTL', ({ ttl }) => (ttl === undefined ? undefined : `${ttl}`)],
  ['length', ({ length }) => (length === undefined ? undefined : `${length} bytes`)],
  ['don’t fragment', ({ df }) => (df === undefined ? undefined : df ? 'set' : 'not set')],
];

/** @param {Captured} captured */
function layers({ layers: found }) {
  let inside = false;
  return make(
    'ol',
    { class: 'layers' },
    ...found.map(({ name, fields }) => {
      const item = make(
        'li',
        { class: inside ? 'inner' : undefined },
        make('strong', {}, name),
        ...fields.map(([key, value]) => make('span', { class: 'field' }, `${key} `, code(value))),
      );
      if (name === 'VXLAN') inside = true;
      return item;
    }),
  );
}

/** @param {string} bytes two digits each */
function hexDump(bytes) {
  const pairs = bytes.match(/../g) ?? [];
  const lines = [];
  for (let at = 0; at < pairs.length; at += 16) {
    const here = pairs.slice(at, at + 16);
    const letters = here.map((pair) => {
      const byte = Number.parseInt(pair, 16);
      return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.';
    });
    lines.push(`${at.toString(16).padStart(4, '0')}  ${here.join(' ').padEnd(47)}  ${letters.join('')}`);
  }
  return lines.join('\n');
}
