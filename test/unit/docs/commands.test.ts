// Every command that the documents show can be typed: its script, verb and options are there.
import path from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { createProgram } from '../../../scripts/cli/program.ts';
import { docBlocks, documents, readDocument } from '../../support/doc-blocks.ts';
import { inlineCommandsOf, npmRunsOf } from '../../support/guide-references.ts';

const PROGRAM = createProgram(() => {});
const SCRIPTS = Object.keys(manifest.scripts);

const shown = documents.map((document) => ({ document, commands: commandsOf(document) }));

test('there are many', () => {
  expect(shown.flatMap(({ commands }) => commands).length).toBeGreaterThan(100);
});

test.each(shown)('$document', ({ commands }) => {
  expect(commands.flatMap((command) => problemsOf(command))).toEqual([]);
});

test.each([
  ['npm run lba -- up', 'there is no script "lba"'],
  ['npm run -s lab -- tarce a b', 'there is no verb "tarce"'],
  ['npm run -s lab -- trace a b --sned', 'trace has no option --sned'],
  ['npm run up -- mesh --bakcend kind', 'up has no option --bakcend'],
  ['npm run -s lab -- fault injekt', 'fault has no "injekt"'],
  ['cnilab guide --chek', 'guide has no option --chek'],
])('%s is found', (command, problem) => {
  expect(problemsOf(command)).toEqual([`${command}: ${problem}`]);
});

test('docs/commands.md has every verb, and each use of one in one row', () => {
  const uses = [...readDocument(path.join('docs', 'commands.md')).matchAll(/^\| `([^`]+)`/gm)]
    .map(([, use = '']) => use.replace(/^npm run (?:-s )?(?:lab )?(?:-- )?/, ''))
    // What may be left out makes no other use.
    .map((use) =>
      use
        .replace(/\[.*?\]/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  const again = uses.filter((use, at) => /^[a-z]/.test(use) && uses.indexOf(use) !== at);
  expect(again).toEqual([]);
  const verbs = PROGRAM.commands.map((one) => one.name());
  expect(verbs.filter((verb) => !uses.some((use) => use.split(' ')[0] === verb))).toEqual([]);
});

/** Of its console blocks and of its running text. */
function commandsOf(document: string): readonly string[] {
  const blocks = docBlocks(document, 'console').flatMap(({ text }) =>
    [...text.matchAll(/^\$ ((?:npm run|npx cnilab|cnilab) .*)$/gm)].map(([, command = '']) => command),
  );
  const bare = [...readDocument(document).matchAll(/`((?:npx )?cnilab [a-z][^`]*)`/g)].map(
    ([, text = '']) => text,
  );
  const inline = inlineCommandsOf(readDocument(document)).map(({ text }) => text);
  // Tables show how a verb is used: what may be left out is in brackets, alternatives have bars between them.
  return [...blocks, ...[...inline, ...bare].map((text) => text.replaceAll(/\\\||[[\]]/g, ' ').trim())];
}

function problemsOf(command: string): readonly string[] {
  const own = /^(?:npx )?cnilab (.*)$/.exec(command)?.[1];
  const runs =
    own === undefined ? npmRunsOf(command) : [{ script: 'lab', words: ['--', ...own.split(/\s+/)] }];
  return runs.flatMap(({ script, words }) => {
    const problem = SCRIPTS.includes(script)
      ? verbProblem(script === 'lab' ? words.slice(1) : [script, ...words.slice(1)], script)
      : `there is no script "${script}"`;
    return problem === undefined ? [] : [`${command}: ${problem}`];
  });
}

function verbProblem(words: readonly string[], script: string): string | undefined {
  if (!['lab', 'up', 'down'].includes(script)) return undefined;
  const typed = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  const [verb = '', ...rest] = typed;
  // A verb that the text leaves open: `npm run -s lab -- …`.
  if (!/^[a-z]/.test(verb)) return undefined;
  // Completion scripts are no verb of people.
  if (verb === 'complete') return undefined;
  const found = PROGRAM.commands.find((one) => one.name() === verb);
  if (!found) return `there is no verb "${verb}"`;
  // `fault inject …`; a table may name several: `course list status …`.
  const inner = found.commands.filter((one) => rest.includes(one.name()));
  const [word = ''] = rest;
  if (
    found.commands.length > 0 &&
    found.registeredArguments.length === 0 &&
    /^[a-z]+$/.test(word) &&
    inner.length === 0
  )
    return `${verb} has no "${word}"`;
  const all = [
    found,
    ...inner,
    ...inner.flatMap((one) => one.commands.filter((each) => rest.includes(each.name()))),
  ];
  const known = [...all.flatMap(optionsOf), '-h', '--help'];
  const unknown = rest
    .filter((one) => /^--?[a-z]/.test(one))
    .find((one) => !known.includes(one.replace(/=.*/, '')));
  return unknown === undefined ? undefined : `${verb} has no option ${unknown}`;
}

const optionsOf = (command: Command) =>
  command.options.flatMap(({ short, long }) => [short, long].filter((one) => one !== undefined));
