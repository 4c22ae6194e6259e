// Plain text tables: columns as wide as their cells, and never a truncated fact, however narrow the terminal.
import { visibleWidth, wrap } from './wrap.ts';

export interface Column {
  readonly header: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

export interface TableOptions {
  /** Columns of the terminal; in a wider table texts are broken between words, and where that is not enough each row becomes a block of `header: value` lines. @default Infinity */
  readonly width?: number;
  /** Spaces before every line. @default 0 */
  readonly indent?: number;
  /** Decorates a header, such as with bold; must not change its visible width. @default none */
  readonly decorate?: (header: string) => string;
}

/** Cells may carry ANSI styles (they count for nothing); undefined and '' are printed as a dash. */
export type Cell = string | number | boolean | undefined;

const GAP = '  ';

/** A column of numbers. */
export function numbers(header: string): Column {
  return { header, align: 'right' };
}

/** A column of texts is not made narrower than this: one of a word a line is harder to read than a block. */
const NARROWEST = 12;
/** What is broken off a line of a cell that has several is told from the next one by this. */
const HANGING = 2;

/** Renders rows under headers, without a trailing newline. A cell with line breaks makes its row that many lines high. Nothing is cut. */
export function renderTable(
  columns: readonly (Column | string)[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): string {
  const heads = columns.map((column) => (typeof column === 'string' ? { header: column } : column));
  const cells = rows.map((row) => heads.map((_, index) => cellLines(row[index])));
  const margin = ' '.repeat(options.indent ?? 0);
  const decorate = options.decorate ?? ((header: string) => header);
  const { width = Infinity } = options;
  const room = width - margin.length - GAP.length * (heads.length - 1);
  const most = fittingWidths(heads, cells, room);
  if (most === undefined) return blocks(heads, cells, { margin, decorate, width });

  const broken = cells.map((row) => row.map((lines, index) => brokenLines(lines, most[index] ?? 0)));
  const widths = widthsOf(heads, broken);
  const line = (parts: readonly string[]) =>
    `${margin}${parts
      .map((part, index) => pad(part, widths[index] ?? 0, heads[index]?.align ?? 'left'))
      .join(GAP)}`.trimEnd();
  const body = broken.flatMap((row) => {
    const height = Math.max(...row.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) => line(row.map((lines) => lines[at] ?? '')));
  });
  return [line(heads.map((head) => decorate(head.header))), ...body].join('\n');
}

type Rows = readonly (readonly (readonly string[])[])[];

/** The widest line of each column, its header among them. */
function widthsOf(
  heads: readonly Column[],
  cells: Rows,
  of: (line: string, hanging: number) => number = visibleWidth,
): readonly number[] {
  return heads.map(({ header }, index) =>
    Math.max(
      visibleWidth(header),
      ...cells.flatMap((row) => {
        const lines = row[index] ?? [];
        return lines.map((line) => of(line, hangingOf(lines)));
      }),
    ),
  );
}

/** As wide as the cells are; where that is too wide, the widest texts give way first. Undefined when they cannot give that much. */
function fittingWidths(heads: readonly Column[], cells: Rows, room: number): readonly number[] | undefined {
  const widths = widthsOf(heads, cells);
  const broken = widthsOf(heads, cells, leastWidth);
  const least = widths.map((own, index) =>
    heads[index]?.align === 'right' ? own : Math.max(broken[index] ?? 0, Math.min(own, NARROWEST)),
  );
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  if (sum(least) > room) return undefined;
  const level = (most: number) =>
    widths.map((own, index) => Math.max(least[index] ?? 0, Math.min(own, most)));
  let most = Math.max(...widths, 0);
  while (sum(level(most)) > room) most -= 1;
  return level(most);
}

/** Into which a line can be broken without breaking a word. */
function leastWidth(line: string, hanging: number): number {
  const [margin = ''] = /^ */.exec(line) ?? [];
  const longest = Math.max(...line.trim().split(/ +/).map(visibleWidth));
  return Math.min(visibleWidth(line), margin.length + hanging + longest);
}

const hangingOf = (lines: readonly string[]) => (lines.length > 1 ? HANGING : 0);

function brokenLines(lines: readonly string[], width: number): readonly string[] {
  return lines.flatMap((line) => wrap(line, width, hangingOf(lines)).split('\n'));
}

function cellLines(cell: Cell): readonly string[] {
  const text =
    cell === undefined || cell === '' ? '-' : typeof cell === 'boolean' ? yesNo(cell) : String(cell);
  return text.split('\n');
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return align === 'right' ? space + text : text + space;
}

function blocks(
  heads: readonly Column[],
  cells: Rows,
  {
    margin,
    decorate,
    width,
  }: Required<Pick<TableOptions, 'decorate' | 'width'>> & { readonly margin: string },
): string {
  const keyWidth = Math.max(...heads.map((head) => visibleWidth(head.header))) + 1;
  const room = width - margin.length - keyWidth - 1;
  return cells
    .map((row) =>
      row
        .flatMap((lines, index) =>
          brokenLines(lines, room).map((text, at) => {
            const header = heads[index]?.header ?? '';
            const key = at === 0 && header !== '' ? `${decorate(header)}:` : '';
            return `${margin}${pad(key, keyWidth, 'left')} ${text}`;
          }),
        )
        .join('\n'),
    )
    .join('\n\n');
}
