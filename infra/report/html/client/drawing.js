// The drawings: choosing a box by mouse and keyboard, and showing where a packet is.
import { make } from './dom.js';

/** @typedef {ReturnType<typeof drawings>} Drawings */

/** @param {(key: string) => void} chosen is told of what a person chooses */
export function drawings(chosen) {
  const all = [...document.querySelectorAll('svg.topology')].map((svg) => {
    const boxes = /** @type {SVGGElement[]} */ ([...svg.querySelectorAll('g.box')]);
    const lines = /** @type {SVGPathElement[]} */ ([...svg.querySelectorAll('path.line[data-joins]')]);
    return { svg, boxes: new Map(boxes.map((box) => [box.dataset.key ?? '', box])), lines };
  });
  for (const { svg, boxes } of all) {
    // One stop for the tabulator; arrows go from box to box.
    boxes.values().next().value?.setAttribute('tabindex', '0');
    svg.addEventListener('click', (event) => {
      const box = boxAt(event);
      if (box) chosen(box.dataset.key ?? '');
    });
    svg.addEventListener('keydown', (event) => onKey(/** @type {KeyboardEvent} */ (event), boxes, chosen));
  }
  const visible = () => all.find(({ svg }) => svg.getClientRects().length > 0);
  return {
    /** @param {string} key */
    has: (key) => all.some(({ boxes }) => boxes.has(key)),
    /** @param {string} key */
    mark(key) {
      for (const { boxes } of all) {
        for (const [name, box] of boxes) box.setAttribute('aria-pressed', `${name === key}`);
        const box = boxes.get(key);
        if (box) moveStop(boxes, box);
      }
    },
    /**
     * @param {readonly string[]} keys of the boxes that the packet has passed, the last is where it is
     * @param {boolean} well whether it is there as was foretold
     */
    walk(keys, well) {
      for (const { boxes, lines } of all) {
        for (const box of boxes.values()) box.classList.remove('passed', 'current', 'amiss');
        for (const line of lines) line.classList.remove('passed');
        for (const key of keys) boxes.get(key)?.classList.add('passed');
        boxes.get(keys.at(-1) ?? '')?.classList.add('current', ...(well ? [] : ['amiss']));
        for (const [index, key] of keys.slice(1).entries()) {
          for (const line of between(lines, keys[index] ?? '', key)) {
            line.classList.add('passed');
            for (const end of endsOf(line)) boxes.get(end)?.classList.add('passed');
          }
        }
      }
      const current = visible()?.boxes.get(keys.at(-1) ?? '');
      if (keys.length > 1) current?.scrollIntoView({ block: 'center', inline: 'center' });
    },
    /** @param {string} key */
    focus: (key) => visible()?.boxes.get(key)?.focus(),
  };
}

/** @param {SVGPathElement} line */
const endsOf = (line) => (line.dataset.joins ?? '').split(' ');

/**
 * The lines of one step: the one that joins both, else, of two interfaces of a machine, those to its routing.
 * @param {SVGPathElement[]} lines @param {string} a @param {string} b
 */
function between(lines, a, b) {
  const direct = lines.filter((line) => a !== b && endsOf(line).includes(a) && endsOf(line).includes(b));
  const host = a.split('/')[0] ?? '';
  if (direct.length > 0 || a === b || b.split('/')[0] !== host) return direct;
  return lines.filter((line) => {
    const ends = endsOf(line);
    return ends.includes(`${host}#routing`) && (ends.includes(a) || ends.includes(b));
  });
}

/** @param {Event} event @returns {SVGGElement | null} */
function boxAt(event) {
  return event.target instanceof Element ? event.target.closest('g.box') : null;
}

/** @param {KeyboardEvent} event @param {Map<string, SVGGElement>} boxes @param {(key: string) => void} chosen */
function onKey(event, boxes, chosen) {
  const box = boxAt(event);
  if (!box || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    chosen(box.dataset.key ?? '');
    return;
  }
  const way = WAYS[event.key];
  const next =
    event.key === 'Home'
      ? [...boxes.values()][0]
      : event.key === 'End'
        ? [...boxes.values()].at(-1)
        : way && nearest(box, boxes, way);
  if (!next) return;
  event.preventDefault();
  moveStop(boxes, next);
  next.focus();
}

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The nearest box that lies that way; what lies aside counts double. @param {SVGGElement} from @param {Map<string, SVGGElement>} boxes @param {[number, number]} way */
function nearest(from, boxes, [right, down]) {
  const start = corner(from);
  let best;
  for (const box of boxes.values()) {
    if (box === from) continue;
    const { x, y } = corner(box);
    const [along, aside] =
      right === 0
        ? [(y - start.y) * down, Math.abs(x - start.x)]
        : [(x - start.x) * right, Math.abs(y - start.y)];
    if (along <= 1) continue;
    const far = along + 2 * aside;
    if (!best || far < best.far) best = { box, far };
  }
  return best?.box;
}

/** @param {SVGGElement} box */
function corner(box) {
  const matrix = box.transform.baseVal.consolidate()?.matrix;
  return { x: matrix?.e ?? 0, y: matrix?.f ?? 0 };
}

/** @param {Map<string, SVGGElement>} boxes @param {SVGGElement} box */
function moveStop(boxes, box) {
  for (const other of boxes.values())
    if (other.getAttribute('tabindex') === '0') other.setAttribute('tabindex', '-1');
  box.setAttribute('tabindex', '0');
}

/** Larger, smaller, and as it is drawn. @param {HTMLElement} place */
export function zoomButtons(place) {
  let scale = 1;
  const to = (/** @type {number} */ wanted) => {
    scale = Math.min(4, Math.max(0.25, wanted));
    for (const svg of /** @type {NodeListOf<SVGSVGElement>} */ (document.querySelectorAll('svg.topology'))) {
      svg.style.width = `${svg.viewBox.baseVal.width * scale}px`;
      svg.style.height = `${svg.viewBox.baseVal.height * scale}px`;
    }
  };
  const button = (
    /** @type {string} */ sign,
    /** @type {string} */ label,
    /** @type {() => void} */ onclick,
  ) => make('button', { type: 'button', 'aria-label': label, title: label, onclick }, sign);
  place.append(
    button('−', 'Smaller', () => to(scale / 1.25)),
    button('1:1', '1:1, as drawn', () => to(1)),
    button('+', 'Larger', () => to(scale * 1.25)),
  );
}
