// Plain text tables: columns as wide as their cells, and never a truncated fact, however narrow the terminal.
import { stripVTControlCharacters } from 'node:util';

export interface Column {
  readonly header: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

export interface TableOptions {
  /** Columns of the terminal; a wider table becomes one `header: value` block a row. @default Infinity */
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

/**
 * Renders rows under headers, without a trailing newline. A cell with line breaks makes its row that many lines high.
 * When the whole is wider than `width`, each row becomes a block of lines, so nothing is cut.
 */
export function renderTable(
  columns: readonly (Column | string)[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): string {
  const heads = columns.map((column) => (typeof column === 'string' ? { header: column } : column));
  const cells = rows.map((row) => heads.map((_, index) => cellLines(row[index])));
  const margin = ' '.repeat(options.indent ?? 0);
  const decorate = options.decorate ?? ((header: string) => header);
  const widths = heads.map((head, index) =>
    Math.max(
      visibleWidth(head.header),
      ...cells.map((row) => Math.max(...(row[index] ?? []).map(visibleWidth))),
    ),
  );
  const total =
    margin.length + widths.reduce((sum, width) => sum + width, 0) + GAP.length * (heads.length - 1);
  if (total > (options.width ?? Infinity)) return blocks(heads, cells, margin, decorate);

  const line = (parts: readonly string[]) =>
    `${margin}${parts
      .map((part, index) => pad(part, widths[index] ?? 0, heads[index]?.align ?? 'left'))
      .join(GAP)}`.trimEnd();
  const body = cells.flatMap((row) => {
    const height = Math.max(...row.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) => line(row.map((lines) => lines[at] ?? '')));
  });
  return [line(heads.map((head) => decorate(head.header))), ...body].join('\n');
}

/** Columns a text takes on a terminal: styles count for nothing. */
export function visibleWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
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
  cells: readonly (readonly (readonly string[])[])[],
  margin: string,
  decorate: (header: string) => string,
): string {
  const keyWidth = Math.max(...heads.map((head) => visibleWidth(head.header))) + 1;
  return cells
    .map((row) =>
      row
        .flatMap((lines, index) =>
          lines.map((text, at) => {
            const header = heads[index]?.header ?? '';
            const key = at === 0 && header !== '' ? `${decorate(header)}:` : '';
            return `${margin}${pad(key, keyWidth, 'left')} ${text}`;
          }),
        )
        .join('\n'),
    )
    .join('\n\n');
}
