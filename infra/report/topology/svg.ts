// A drawing as SVG. Colours are by class, so that a page or the drawing's own style says them.
import { type Html, html } from '../html/html.ts';
import type { Box, Drawing, Line, TextLine } from './drawing.ts';

export interface SvgOptions {
  /** In words, for whoever does not see it. */
  readonly title: string;
  /** Style of a file of its own; in a page the page's style says how it looks. @default none */
  readonly style?: Html;
  /** Boxes can be chosen by mouse and keyboard; a script has to see to that. @default false */
  readonly interactive?: boolean;
}

export function svgOf({ width, height, boxes, lines }: Drawing, options: SvgOptions): Html {
  const { title, style, interactive = false } = options;
  const frames = boxes.filter(({ kind }) => kind === 'machine');
  const others = boxes.filter(({ kind }) => kind !== 'machine');
  const role = interactive ? 'group' : 'img';
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="topology" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="${role}" aria-label="${title}">
${style !== undefined && html`<style>${style}</style>`}${!interactive && html`<title>${title}</title>`}
${frames.map((box) => boxSvg(box, interactive))}
${lines.map(lineSvg)}
${others.map((box) => boxSvg(box, interactive))}
</svg>
`;
}

function boxSvg(box: Box, interactive: boolean): Html {
  const { key, kind, x, y, width, height, lines } = box;
  const label = nameOf(box);
  const chosen = interactive && html` role="button" tabindex="-1" aria-pressed="false" aria-label="${label}"`;
  const radius = kind === 'machine' ? 10 : kind === 'vxlan' ? 12 : kind === 'segment' ? 13 : 5;
  return html`<g class="box ${kind}" data-key="${key}" transform="translate(${rounded(x)} ${rounded(y)})"${chosen}>${!interactive && html`<title>${label}</title>`}<rect width="${rounded(width)}" height="${rounded(height)}" rx="${radius}"/>${lines.map(textSvg)}</g>
`;
}

/** What is written in it, as whoever speaks to a computer would say it, and then what it is. */
function nameOf({ lines, label }: Box): string {
  const written = lines.map(({ text }) => text).join(' ');
  return written === '' || written.includes('…') ? label : `${written}, ${label}`;
}

const textSvg = ({ text, dx, dy, style }: TextLine) =>
  html`<text class="${style}" x="${rounded(dx)}" y="${dy}">${text}</text>
`;

function lineSvg({ kind, points, joins, text }: Line): Html {
  const d = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join('');
  // A cable is drawn as two strands: a wide stroke with a narrow one in the colour of the ground upon it.
  return html`<path class="line ${kind}" d="${d}" data-joins="${joins.join(' ')}"/>${kind === 'cable' && html`<path class="line strand" d="${d}"/>`}${text && html`<text class="note" x="${rounded(text.x)}" y="${rounded(text.y)}">${text.words}</text>`}
`;
}

const rounded = (value: number) => Math.round(value * 10) / 10;
