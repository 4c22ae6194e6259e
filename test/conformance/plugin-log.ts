// What the recorders in the plugins' places wrote → calls, those of delegates inside the call that made them. Pure.

export interface RecordedCall {
  readonly plugin: string;
  /** The CNI_* variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Parsed where it is JSON. */
  readonly stdin: unknown;
  readonly stdout: unknown;
  readonly exitCode: number;
  readonly delegated: readonly RecordedCall[];
}

interface Open {
  plugin: string;
  env: Record<string, string>;
  stdin: string;
  out: string[];
  exitCode: number;
  delegated: RecordedCall[];
}

/** @throws Error when the log ends in the middle of a call */
export function parsePluginLog(text: string): RecordedCall[] {
  const done: RecordedCall[] = [];
  const open: Open[] = [];
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const [word, rest] = [line.slice(0, space), line.slice(space + 1)];
    const top = open.at(-1);
    if (word === 'BEGIN')
      open.push({ plugin: rest.trim(), env: {}, stdin: '', out: [], exitCode: -1, delegated: [] });
    else if (!top) continue;
    else if (word === 'ENV') top.env[rest.slice(0, rest.indexOf('='))] = rest.slice(rest.indexOf('=') + 1);
    else if (word === 'STDIN') top.stdin = rest;
    else if (word === 'END') {
      open.pop();
      const { plugin, env, stdin, out, delegated } = top;
      const call = {
        ...{ plugin, env, delegated, exitCode: Number(rest) },
        stdin: json(stdin),
        stdout: json(out.join('\n')),
      };
      (open.at(-1)?.delegated ?? done).push(call);
    } else top.out.push(word === 'OUT' ? rest : line);
  }
  const [unfinished] = open;
  if (unfinished) throw new Error(`the call of ${unfinished.plugin} has not ended`);
  return done;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
