// The scripts that run in a lab load no modules there; here they are compiled as strictly as Perl can.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type ScriptName, scriptText } from '../../../../infra/backends/netns/script-text.ts';

const scripts = new URL('../../../../infra/backends/netns/scripts/', import.meta.url);
const names = readdirSync(scripts).filter((name) => name.endsWith('.pl') && name !== 'kernel.pl');

const compiled = (text: string) =>
  spawnSync('perl', ['-Mstrict', '-Mwarnings', '-c', '-'], { input: text, encoding: 'utf8' }).stderr;

it.each(names)('%s is fine under strict and warnings, and loads neither', (name) => {
  const text = scriptText(name as ScriptName);
  expect(compiled(text)).toBe('- syntax OK\n');
  expect(text).not.toMatch(/^\s*(use|require) [a-z]/m);
});

it('would not be, had it a variable that nobody declared', () => {
  expect(compiled(`${scriptText('agent.pl')}\n$undeclared = 1;`)).toContain('Global symbol "$undeclared"');
});
