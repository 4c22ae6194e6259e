// What a guide's commands and prose refer to: npm scripts, tables of experiments, experiments by name, files.
import type { GuideCommand } from '../../infra/guide/guide.ts';

/** A command between backticks. */
export type InlineCommand = Pick<GuideCommand, 'text' | 'line'>;

/** Commands in the running text: `npm run …` between backticks. A list may break the line inside. */
export function inlineCommandsOf(guide: string): readonly InlineCommand[] {
  const prose = guide.replace(/^ *```[\s\S]*?^ *```\s*$/gm, (block) => block.replace(/[^\n]/g, ''));
  return [...prose.matchAll(/`(npm run [^`]*)`/g)].map((match) => ({
    text: (match[1] ?? '').replace(/\s+/g, ' '),
    line: prose.slice(0, match.index).split('\n').length,
  }));
}

/** One start of an npm script inside a command, which may have several: `N=$(npm run …); npm run … | grep …`. */
export interface NpmRun {
  readonly script: string;
  /** Words behind the script's name, up to the end of this part of the shell line; quotes are taken off. */
  readonly words: readonly string[];
}

export function npmRunsOf(command: string): readonly NpmRun[] {
  return command
    .split(/\bnpm run /)
    .slice(1)
    .map((rest) => {
      const [script = '', ...words] = shellWords(rest).filter((word) => word !== '-s');
      return { script, words };
    });
}

/** Words up to the first unquoted `|`, `;`, `&`, `)`, `>` or newline. */
function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const [token] of text.matchAll(/'[^']*'?|"(?:\\.|[^"\\])*"?|\\\n|[|;&)>\n]|[^\s'"|;&)>\\]+|\\./g)) {
    if (/^[|;&)>\n]$/.test(token)) break;
    if (token !== '\\\n') words.push(token.replace(/^(['"])([\s\S]*)\1$/, '$2'));
  }
  return words;
}

/** `jq … select(.name == "X").observed["Y"]`: which table of which experiment a command cuts out. */
export function tablesReadBy(
  command: string,
): readonly { readonly experiment: string; readonly table: string }[] {
  const reading = /select\(\.name == "([^"]+)"\)\.observed\["([^"]+)"\]/g;
  return [...command.matchAll(reading)].map(([, experiment = '', table = '']) => ({ experiment, table }));
}

/** Experiments that the prose names: Experiment `a`, Experiments `a` and `b`, experiment `a`. */
export function experimentsNamedIn(guide: string): readonly string[] {
  const lists = [...guide.matchAll(/[Ee]xperiments?\s+((?:`[a-z0-9-]+`(?:,\s+|\s+and\s+)?)+)/g)];
  return lists.flatMap(([, list = '']) => [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

/** Targets of [text](target) that are files. */
export function linkedFiles(guide: string): readonly string[] {
  return [...guide.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}
