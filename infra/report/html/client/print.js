// For paper everything is open: journeys as tables, checks, and the facts of hosts.
import { byId, code, make } from './dom.js';
import { factsOf } from './facts.js';
import { latencyWords, placeOf, SEEN } from './hops.js';
import { allJourneys, journeyName, summaryNodes } from './stepper.js';

/** Facts of more hosts than these are no reading: those of machines are printed, and of the first pods. */
const MOST_HOSTS = 30;

/** @param {import('../../model/report-model.ts').ReportModel} model */
export function printing(model) {
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  addEventListener('beforeprint', () => {
    byId('for-print').replaceChildren(...journeyNodes(model), ...printedHosts(model));
    opened = /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll('details:not([open])')]);
    for (const details of opened) {
      details.open = true;
      // The event itself comes when the page has been printed.
      details.dispatchEvent(new Event('toggle'));
    }
  });
  addEventListener('afterprint', () => {
    byId('for-print').replaceChildren();
    for (const details of opened) details.open = false;
  });
}

/** @param {import('../../model/report-model.ts').ReportModel} model @returns {Node[]} */
function journeyNodes(model) {
  const journeys = allJourneys(model);
  if (journeys.length === 0) return [];
  return [
    make('h2', {}, 'Journeys, hop by hop'),
    ...journeys.flatMap(({ experiment, journey, report }) => [
      make('h3', {}, `${experiment}: ${journeyName(journey)}`),
      ...summaryNodes(journey, report),
      make(
        'table',
        {},
        make(
          'thead',
          {},
          make(
            'tr',
            {},
            ...['#', 'Where', 'Seen', 'Latency', 'Changed', 'Why'].map((text) =>
              make('th', { scope: 'col' }, text),
            ),
          ),
        ),
        make(
          'tbody',
          {},
          ...journey.hops.map((hop, index) =>
            make(
              'tr',
              {},
              ...[`${index + 1}`, placeOf(hop), SEEN[hop.status][1], latencyWords(hop, index)].map((text) =>
                make('td', {}, text),
              ),
              make('td', {}, ...[...hop.rewrites, ...hop.differences].flatMap((text) => [text, make('br')])),
              make('td', {}, ...hop.why.flatMap((text) => [code(text), make('br')])),
            ),
          ),
        ),
      ),
    ]),
  ];
}

/** @param {import('../../model/report-model.ts').ReportModel} model @returns {Node[]} */
function printedHosts({ live }) {
  if (!live) return [];
  const names = Object.keys(live.hosts);
  const nodes = names.slice(0, MOST_HOSTS).flatMap((name) => {
    const facts = factsOf(name, live, () => {});
    return [make('h3', {}, facts.title), ...facts.nodes];
  });
  const more = names.length - MOST_HOSTS;
  return [
    make('h2', {}, 'What the kernels have'),
    ...nodes,
    ...(more > 0 ? [make('p', {}, `Facts of ${more} more hosts are in the page itself.`)] : []),
  ];
}
