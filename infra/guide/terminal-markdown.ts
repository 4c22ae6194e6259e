// Markdown as a terminal shows it: paragraphs wrapped, tables aligned, links with their targets. Parsing is marked's. Pure.
import { marked, type Token, type Tokens } from 'marked';
import { PLAIN, type Terminal } from '../report/paint.ts';
import { renderTable } from '../report/table.ts';
import { wrap } from '../report/wrap.ts';

/** A line longer than this is hard to read, however wide the terminal is. */
const READABLE = 100;

/** What no line may be longer than. The last column stays free: not every terminal breaks the line behind it. */
export function lineWidth({ width }: Pick<Terminal, 'width'>): number {
  return Math.min(width - 1, READABLE);
}

/** Without a trailing newline. */
export function terminalMarkdown(markdown: string, terminal: Terminal = PLAIN): string {
  const width = lineWidth(terminal);
  return marked
    .lexer(markdown)
    .flatMap((token) => block(token, width, terminal))
    .join('\n\n');
}

function block(token: Token, width: number, terminal: Terminal): readonly string[] {
  const { paint } = terminal;
  const inside = (tokens: readonly Token[] = []) => inline(tokens, terminal);
  switch (token.type) {
    case 'heading':
      return [paint('bold', inside(token.tokens))];
    case 'paragraph':
    case 'text':
      return [wrap(inside(token.tokens ?? [token]), width)];
    case 'blockquote':
      return [margin(blocks(token.tokens, width - 2, terminal), paint('dim', '│ '))];
    case 'list':
      return [list(token as Tokens.List, width, terminal)];
    case 'table':
      return [table(token as Tokens.Table, width, terminal)];
    case 'code':
      return [margin(token.text, '    ')];
    case 'hr':
      return [paint('dim', '─'.repeat(Math.min(width, 40)))];
    // Comments and folded parts are not for reading here; a guide's own are taken out before.
    default:
      return [];
  }
}

const blocks = (tokens: readonly Token[] = [], width: number, terminal: Terminal) =>
  tokens.flatMap((token) => block(token, width, terminal)).join('\n\n');

function list({ items, ordered, start, loose }: Tokens.List, width: number, terminal: Terminal): string {
  return items
    .map((item, index) => {
      const bullet = ordered ? `${Number(start || 1) + index}. ` : '• ';
      const text = blocks(item.tokens, width - bullet.length, terminal);
      return margin(text, ' '.repeat(bullet.length)).replace(/^ +/, bullet);
    })
    .join(loose ? '\n\n' : '\n');
}

function table({ header, rows }: Tokens.Table, width: number, terminal: Terminal): string {
  const cell = ({ tokens }: Tokens.TableCell) => inline(tokens, terminal);
  const cells = rows.map((row) => row.map(cell));
  return renderTable(header.map(cell), cells, { width, decorate: (text) => terminal.paint('bold', text) });
}

function inline(tokens: readonly Token[], terminal: Terminal): string {
  const { paint } = terminal;
  return tokens
    .map((token): string => {
      const inner = () => inline(('tokens' in token && token.tokens) || [], terminal);
      switch (token.type) {
        case 'strong':
          return paint('bold', inner());
        case 'em':
          return inner();
        case 'codespan':
          return paint('yellow', token.text);
        case 'link':
          return /^[a-z]+:/.test(token.href) ? `${inner()} (${token.href})` : inner();
        case 'br':
          return '\n';
        case 'html':
          return '';
        case 'escape':
          return token.text;
        default:
          return 'tokens' in token && token.tokens ? inner() : plain(token.raw);
      }
    })
    .join('');
}

/** Line breaks of the source are spaces; the few entities that prose has are characters. */
const plain = (text: string) =>
  text.replaceAll('\n', ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const margin = (text: string, spaces: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : spaces + line))
    .join('\n');
