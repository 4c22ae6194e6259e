// A command of commander whose complaints are messages like all others: what is wrong, the nearest name, how it is used.
import { Command, type ErrorOptions } from 'commander';
import { nearest } from '../../infra/lab/suggest.ts';
import { type CliError, usageError } from './cli-error.ts';
import { examplesOf } from './examples.ts';

/** As commander ends what it has a suggestion for. */
const SUGGESTION = /\n\(Did you mean (.+)\?\)$/;
/** As it names the words that an option takes. */
const CHOICES = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/;

function choiceMeant(said: string): string | undefined {
  const [, word = '', choices = ''] = CHOICES.exec(said) ?? [];
  return nearest(word, choices === '' ? [] : choices.split(', '));
}

export class Verb extends Command {
  override createCommand(name?: string): Verb {
    return new Verb(name);
  }

  /** Where commander ends with a wrong command line. @throws CliError always */
  override error(message: string, _options?: ErrorOptions): never {
    const said = message.replace(/^error: /, '');
    const meant = SUGGESTION.exec(said)?.[1] ?? choiceMeant(said);
    throw this.#wrong(said.replace(SUGGESTION, '').replace(/\.$/, ''), meant ?? this.#verbMeant(said));
  }

  /** `fault injekt` is `fault list injekt` to commander, where the verb `list` goes without saying. */
  #verbMeant(said: string): string | undefined {
    const [word] = this.args;
    const group = this.parent;
    if (word === undefined || !said.startsWith('too many arguments') || !(group?.parent instanceof Verb))
      return;
    const verb = nearest(
      word,
      group.commands.map((command) => command.name()),
    );
    if (verb !== undefined)
      (group as Verb).error(`error: unknown command '${word}'\n(Did you mean ${verb}?)`);
    return undefined;
  }

  #wrong(said: string, meant: string | undefined): CliError {
    const words = this.#words();
    return usageError(
      `${words.length === 0 ? '' : `${words.join(' ')}: `}${said}`,
      ...(meant === undefined ? [] : [`did you mean ${/^one of /.test(meant) ? meant : `"${meant}"`}?`]),
      ...this.#usage(words),
    );
  }

  #usage(words: readonly string[]): readonly string[] {
    const spelled = spell(words);
    if (words.length === 0) return [`${spelled} --help   shows all verbs`];
    const example = examplesOf(words[0] ?? '').find((line) => `${line} `.startsWith(`${spelled} `));
    return [
      `usage: ${spelled} ${this.usage()}`,
      ...(example === undefined ? [] : [`for example: ${example.replace(/ {3,}.*$/, '')}`]),
      `${spelled} --help   shows more`,
    ];
  }

  /** Without the program's own name: `fault`, `inject`. */
  #words(): readonly string[] {
    return this.parent instanceof Verb ? [...this.parent.#words(), this.name()] : [];
  }
}

/** Verbs with a script of their own in package.json. */
const SCRIPTS = ['up', 'down', 'doctor'];

/** As it is typed through npm: see spelling.ts. */
function spell(words: readonly string[]): string {
  const [verb = ''] = words;
  return SCRIPTS.includes(verb) ? `npm run ${verb} --` : ['npm run -s lab --', ...words].join(' ');
}
