// Markup that cannot forget to escape: whatever is put into html`…` is text, unless it is markup made the same way.
import { visible } from '../../util/printable.ts';

class Markup {
  readonly #markup: string;
  constructor(markup: string) {
    this.#markup = markup;
  }
  toString(): string {
    return this.#markup;
  }
}

/** Only this file makes them: a text does not become markup by being called so. */
export type Html = Markup;

type Part = Html | string | number | false | undefined | readonly Part[];

/** Attributes are to be written in double quotes. `false` and undefined are nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = strings.map((text, index) => (index === 0 ? text : markupOf(parts[index - 1]) + text));
  return new Markup(texts.join(''));
}

function markupOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(markupOf).join('');
  return escapeText(visible(`${part}`));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeText = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/**
 * JSON for a `<script type="application/json">`: nothing in it ends the element or begins a comment. Its texts and keys
 * are those that `html` would show, so that what a script finds in it is what is written elsewhere on the page.
 */
export function embeddedJson(value: unknown): Html {
  return new Markup(JSON.stringify(value, visibly).replaceAll('<', '\\u003c'));
}

function visibly(_: string, value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (Object.keys(value).every((key) => visible(key) === key)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [visible(key), one]));
}

/** The text of a file of ours for a `<style>` or `<script>`. @throws when it would end the element */
export function embeddedFile(text: string): Html {
  if (/<\/(style|script)|<!--/i.test(text)) throw new Error('a style or script may not contain its own end');
  return new Markup(text);
}
