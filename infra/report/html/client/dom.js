// Makes elements. Texts are texts: nothing here, or in any file of the page, reads markup.

/**
 * @typedef {Node | string | number | false | null | undefined} Child
 * @typedef {Record<string, string | number | boolean | undefined | ((event: Event) => void)>} Attributes
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes] `onclick` and its like take functions; `true` is an attribute without value
 * @param {(Child | Child[])[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, `${value}`);
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : `${child}`);
  }
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

/** @param {string} text for whoever listens to the page */
export function say(text) {
  byId('said').textContent = text;
}

/** @param {string} title @param {boolean} open @param {(Child | Child[])[]} children */
export function foldable(title, open, ...children) {
  return make('details', { open }, make('summary', {}, title), ...children);
}

/** @param {string} text */
export const code = (text) => make('code', {}, text);

/** @param {string} text several lines, kept as they are; it scrolls, so the keyboard has to reach it @param {string} label */
export const block = (text, label) => make('pre', { tabindex: 0, 'aria-label': label, role: 'group' }, text);
