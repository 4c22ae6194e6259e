// XML 1.0 as text: elements, attributes and content, whatever they hold. Pure.

/** An element; text children are escaped, elements are not. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (Element | string)[];
}

/** @param name as it stands: not escaped */
export function element(
  name: string,
  attributes: Element['attributes'] = {},
  children: Element['children'] = [],
): Element {
  return { name, attributes, children };
}

/** A whole document, with a trailing newline. Content that is text alone is written as it is, blanks and all. */
export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, '')}\n`;
}

function written({ name, attributes, children }: Element, indent: string): string {
  const words = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${inAttribute(String(value))}"`],
  );
  const start = `${indent}<${name}${words.join('')}`;
  if (children.length === 0) return `${start}/>`;
  const texts = children.filter((child) => typeof child === 'string');
  if (texts.length > 0) return `${start}>${texts.map(inText).join('')}</${name}>`;
  const inner = (children as readonly Element[]).map((child) => written(child, `${indent}  `));
  return [`${start}>`, ...inner, `${indent}</${name}>`].join('\n');
}

/** What no XML document may hold, not even as a character reference (XML 1.0, production 2, Char). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are meant
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function inText(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** A parser makes blanks of tabs and line ends that are not references (XML 1.0, 3.3.3). */
function inAttribute(text: string): string {
  return inText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
