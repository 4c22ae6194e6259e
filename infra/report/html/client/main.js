// Begins the page: reads what it shows, and joins its parts.
import { block, byId, make, say } from './dom.js';
import { drawings, zoomButtons } from './drawing.js';
import { factsOf } from './facts.js';
import { printing } from './print.js';
import { stepper } from './stepper.js';

/** @typedef {import('../../model/report-model.ts').ReportModel} Model */

export function begin() {
  /** @type {Model} */
  const model = JSON.parse(byId('model').textContent ?? '');
  document.documentElement.classList.add('scripted');
  themeSwitch();
  checks(model);
  printing(model);
  const { live } = model;
  const drawn = drawings(choose);
  if (live) zoomButtons(byId('zoom'));
  const tabs = tabPair();
  const steps = stepper(model, drawn, (host, dev) => [`${host}/${dev}`, host].find(drawn.has));

  /** @param {string} key */
  function choose(key) {
    if (!live) return;
    const facts = factsOf(key, live, choose);
    const title = make('h3', { tabindex: -1 }, facts.title);
    byId('facts').replaceChildren(title, ...facts.nodes);
    byId('facts').scrollTop = 0;
    drawn.mark(key);
    tabs('facts');
    // A button of the facts themselves is gone now: whoever pressed it goes on reading at their head.
    if (document.activeElement === document.body || document.activeElement === null) title.focus();
    say(`${facts.title} is chosen; its facts are beside the drawing`);
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll('button[data-choose]')
  )) {
    button.addEventListener('click', () => {
      choose(button.dataset.choose ?? '');
      const title = /** @type {HTMLElement | null} */ (byId('facts').querySelector('h3'));
      title?.focus();
      title?.scrollIntoView({ block: 'nearest' });
    });
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll('button[data-play]')
  )) {
    button.addEventListener('click', () => {
      steps.begin(steps.journeys.findIndex(({ experiment }) => experiment === button.dataset.play));
      tabs('journey');
      byId('tab-journey').focus();
      byId('topology').scrollIntoView();
    });
  }
  if (steps.journeys.length === 0) tabs('facts');
}

/** Expected and observed of a check are made when it is opened. @param {Model} model */
function checks(model) {
  for (const details of /** @type {NodeListOf<HTMLDetailsElement>} */ (
    document.querySelectorAll('details[data-check]')
  )) {
    const fill = () => {
      const [experiment = -1, index = -1] = (details.dataset.check ?? '').split('.').map(Number);
      const check = model.experiments[experiment]?.checks[index];
      if (!check || details.querySelector('pre')) return;
      details.append(
        make('h4', {}, 'expected'),
        block(check.expected, `expected of: ${check.name}`),
        make('h4', {}, 'observed'),
        block(check.observed, `observed of: ${check.name}`),
      );
    };
    if (details.open) fill();
    else details.addEventListener('toggle', fill);
  }
}

/** @returns {(name: string) => void} shows one of them */
function tabPair() {
  const tabs = ['journey', 'facts'].map((name) => ({ name, tab: byId(`tab-${name}`), panel: byId(name) }));
  const show = (/** @type {string} */ wanted) => {
    for (const { name, tab, panel } of tabs) {
      tab.setAttribute('aria-selected', `${name === wanted}`);
      tab.setAttribute('tabindex', name === wanted ? '0' : '-1');
      panel.hidden = name !== wanted;
    }
  };
  for (const [index, { name, tab }] of tabs.entries()) {
    tab.addEventListener('click', () => show(name));
    tab.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const other = tabs[1 - index];
      show(other?.name ?? name);
      other?.tab.focus();
    });
  }
  return show;
}

/** As the system has it, until somebody says otherwise. */
function themeSwitch() {
  const button = byId('theme');
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const tell = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Show it light' : 'Show it dark');
  };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    tell();
  });
  dark.addEventListener('change', tell);
  tell();
}
