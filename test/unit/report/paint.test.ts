// Colours reach terminals only, and nobody who asked for none.
import { describe, expect, it } from 'vitest';
import { exec } from '../../../infra/util/exec.ts';

const module = new URL('../../../infra/report/paint.ts', import.meta.url).href;
const script = `import { terminalOf } from ${JSON.stringify(module)};
  const { paint, width } = terminalOf(process.stdout);
  console.log(JSON.stringify([paint('red', 'x'), width]));`;
const node = [process.execPath, '--input-type=module', '-e', script];
const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' };

async function painted(argv: readonly string[], extra: Record<string, string> = {}) {
  const { stdout } = await exec(argv, { env: { ...env, ...extra } });
  return JSON.parse(stdout.slice(stdout.indexOf('['))) as unknown;
}

/** script(1) gives the command a terminal. */
function onTerminal(argv: readonly string[]): readonly string[] {
  return ['script', '-qec', argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' '), '/dev/null'];
}

describe('terminalOf', () => {
  it('is plain and as wide as it likes in a pipe', async () => {
    expect(await painted(node)).toEqual(['x', null]);
  });

  it('colours on a terminal, and minds its width', async () => {
    expect(await painted(onTerminal(node))).toEqual(['\u001b[31mx\u001b[39m', 80]);
  });

  it('obeys NO_COLOR', async () => {
    expect(await painted(onTerminal(node), { NO_COLOR: '1' })).toEqual(['x', 80]);
  });
});
