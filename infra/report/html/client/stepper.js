// Plays a journey over the drawing, hop by hop, by buttons, keys, or by itself.
import { byId, make, say } from './dom.js';
import { hopNodes, latencyWords, placeOf, SEEN } from './hops.js';

/**
 * @typedef {import('../../model/report-model.ts').ReportModel} Model
 * @typedef {import('../../model/report-model.ts').JourneyReport} Report
 * @typedef {Report['journeys'][number]} Journey
 * @typedef {import('./hops.js').Hop} Hop
 */

/** Between two hops when it plays by itself, ms. */
const PACE = 1400;

/** @param {Model} model */
export function allJourneys(model) {
  return model.experiments.flatMap(({ name, journey }) =>
    (journey?.journeys ?? []).map((one) => ({
      experiment: name,
      report: /** @type {Report} */ (journey),
      journey: one,
    })),
  );
}

/** @param {Journey} journey */
export const journeyName = ({ packet, seqs, hops }) =>
  `${packet} ${seqs.join(', ')}: ${hops[0]?.host ?? '?'} → ${hops.at(-1)?.host ?? '?'}`;

/**
 * @param {Model} model
 * @param {import('./drawing.js').Drawings} drawings
 * @param {(host: string, dev: string) => string | undefined} keyOf the box of a place
 */
export function stepper(model, drawings, keyOf) {
  const journeys = allJourneys(model);
  const place = byId('journey');
  let chosen = 0;
  let at = -1;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let playing;

  const choice = make('select', { id: 'journey-choice', onchange: () => begin(Number(choice.value)) });
  for (const [experiment, ones] of Map.groupBy(
    journeys.map((one, index) => ({ ...one, index })),
    (one) => one.experiment,
  )) {
    const options = ones.map(({ journey, index }) => make('option', { value: index }, journeyName(journey)));
    choice.append(make('optgroup', { label: experiment }, ...options));
  }
  const back = make('button', { type: 'button', onclick: () => stepBy(-1) }, '◀ Back');
  const play = make('button', { type: 'button', 'aria-pressed': 'false', onclick: () => toggle() }, 'Play');
  const next = make('button', { type: 'button', onclick: () => stepBy(1) }, 'Next ▶');
  const where = make('span', { class: 'where' });
  const summary = make('div', { class: 'summary' });
  const hops = make('ol', { class: 'hops', 'aria-label': 'Hops of the journey' });
  const card = make('div', { class: 'hop', id: 'hop' });
  const controls = make(
    'div',
    { class: 'controls', role: 'group', 'aria-label': 'Play the journey' },
    back,
    play,
    next,
    where,
  );
  place.append(make('label', { for: 'journey-choice' }, 'Journey'), choice, summary, controls, hops, card);
  place.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLPreElement) return;
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
    event.preventDefault();
    stepBy(event.key === 'ArrowRight' ? 1 : -1);
  });

  function begin(/** @type {number} */ index) {
    stop();
    chosen = index;
    at = -1;
    const one = journeys[index];
    if (!one) return;
    choice.value = `${index}`;
    summary.replaceChildren(...summaryNodes(one.journey, one.report));
    hops.replaceChildren(
      ...one.journey.hops.map((hop, number) =>
        make(
          'li',
          {},
          hopButton(hop, number, () => go(number, false)),
        ),
      ),
    );
    show();
  }

  function go(/** @type {number} */ to, /** @type {boolean} */ byItself) {
    const { hops: all } = /** @type {{journey: Journey}} */ (journeys[chosen]).journey;
    at = Math.max(-1, Math.min(all.length - 1, to));
    if (!byItself) stop();
    show();
    const hop = all[at];
    if (hop) say(spoken(hop, at, all.length));
  }

  const stepBy = (/** @type {number} */ by) => go(at + by, false);

  function toggle() {
    if (playing !== undefined) return stop();
    const { journey } = /** @type {{journey: Journey}} */ (journeys[chosen]);
    const on = () => {
      go(at + 1, true);
      if (at >= journey.hops.length - 1) stop();
    };
    if (at >= journey.hops.length - 1) at = -1;
    play.textContent = 'Pause';
    play.setAttribute('aria-pressed', 'true');
    playing = setInterval(on, PACE);
    on();
  }

  function stop() {
    clearInterval(playing);
    playing = undefined;
    play.textContent = 'Play';
    play.setAttribute('aria-pressed', 'false');
  }

  function show() {
    const { journey } = /** @type {{journey: Journey}} */ (journeys[chosen]);
    const hop = journey.hops[at];
    back.disabled = at < 0;
    next.disabled = at >= journey.hops.length - 1;
    where.textContent = hop ? `hop ${at + 1} of ${journey.hops.length}` : `${journey.hops.length} hops`;
    for (const [index, item] of [...hops.children].entries()) {
      const button = item.firstElementChild;
      if (index === at) button?.setAttribute('aria-current', 'step');
      else button?.removeAttribute('aria-current');
    }
    hops.children[at]?.scrollIntoView({ block: 'nearest' });
    card.replaceChildren(
      ...(hop
        ? [make('h3', {}, `${at + 1}. ${placeOf(hop)}`), ...hopNodes(hop, at)]
        : [make('p', { class: 'note' }, 'Next ▶ or the right arrow key moves to the first hop.')]),
    );
    const way = trail(journey.hops, at).map((one) => keyOf(one.host, one.dev) ?? '');
    drawings.walk(way, hop === undefined || SEEN[hop.status][2] !== 'fail');
  }

  if (journeys.length === 0) {
    place.replaceChildren(
      make(
        'p',
        { class: 'note' },
        'No journey is on record. ',
        make('code', {}, 'npm run -s lab -- trace <from> <to> --send'),
        ' makes one.',
      ),
    );
    return { journeys, begin };
  }
  begin(best(journeys));
  return { journeys, begin };
}

/** Most want to see an echo first, and the longest shows most. @param {ReturnType<typeof allJourneys>} journeys */
function best(journeys) {
  const echo = journeys
    .map((one, index) => ({ ...one.journey, index }))
    .filter(({ packet }) => packet === 'echo-request');
  const longest = Math.max(...echo.map(({ hops }) => hops.length));
  return echo.find(({ hops }) => hops.length === longest)?.index ?? 0;
}

/** From the first hop to this one, along the copies that lead to it. @param {readonly Hop[]} hops @param {number} at */
function trail(hops, at) {
  const way = [];
  /** @type {number | undefined} */
  let index = at;
  while (index !== undefined && index >= 0) {
    const hop = /** @type {Hop | undefined} */ (hops[index]);
    if (!hop) break;
    way.unshift(hop);
    index = hop.after;
  }
  return way;
}

/** @param {Hop} hop @param {number} index @param {() => void} onclick */
function hopButton(hop, index, onclick) {
  const [sign, words, tone] = SEEN[hop.status];
  return make(
    'button',
    { type: 'button', onclick, class: `depth-${Math.min(3, hop.depth)}` },
    make('span', { class: 'number' }, `${index + 1}`),
    make('span', { class: 'place' }, placeOf(hop)),
    make('span', { class: `verdict ${tone}`, role: 'img', 'aria-label': words }, sign),
  );
}

/** @param {Journey} journey @param {Report} report */
export function summaryNodes({ asPredicted, end, packet }, { from, to, received, transmitted }) {
  const [tone, words] =
    asPredicted === null
      ? ['inconclusive', 'not foretold to the end']
      : asPredicted
        ? ['pass', 'as foretold']
        : ['fail', 'NOT as foretold'];
  return [
    make('p', {}, make('span', { class: `verdict ${tone}` }, words), end === undefined ? '' : ` ${end}`),
    make('p', { class: 'note' }, `${packet} of ${from} → ${to}: ${received} of ${transmitted} answered`),
  ];
}

/** @param {Hop} hop @param {number} index @param {number} count */
function spoken(hop, index, count) {
  const changed = hop.rewrites.length > 0 ? `; changed: ${hop.rewrites.join(', ')}` : '';
  return `Hop ${index + 1} of ${count}: ${placeOf(hop)}, ${SEEN[hop.status][1]}, ${latencyWords(hop, index)}${changed}`;
}
