// The command line: verbs, options, help. What a verb does is loaded when it is called.
import { type Command, Option } from 'commander';
import { backendNames } from '../../infra/backends/registry.ts';
import { GRAPH_FORMATS } from '../../infra/report/topology/formats.ts';
import { addCourse } from './course/program.ts';
import { examplesText } from './examples.ts';
import { DEFAULT_LAB } from './lab-files.ts';
import { asTyped } from './spelling.ts';
import { Verb } from './verb.ts';
import { wholeNumber } from './whole-number.ts';

/** @param finish gets the exit code of the verb that ran */
export function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Verb('cnilab')
    .description('Kubernetes pod networking labs: a real kernel, real CNI plugins, asserted observations.')
    .usage('<verb> [arguments]')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => process.stdout.write(asTyped(text)),
      writeErr: (text) => process.stderr.write(asTyped(text)),
    })
    .exitOverride();
  const stack = () =>
    new Option(
      '-s, --stack <stack>',
      'the stack the lab is up under (default: $CNILAB_STACK, else the only one)',
    );

  const setting = (what: string) =>
    new Option('--set <key=value>', what).argParser((word: string, before: readonly string[] = []) => [
      ...before,
      word,
    ]);

  const repeated = (word: string, before: readonly string[] = []) => [...before, word];

  program
    .command('init')
    .description('Write a lab of your own into a new directory, from a template.')
    .argument('<directory>', 'where; the lab is called as the directory is')
    .option('--template <name>', 'starter, or a lab of labs/ (default: starter)')
    .option('--json', 'as JSON: {name, directory, files}')
    .action(async (directory, options) =>
      finish(await (await import('./verbs/init.ts')).init(directory, options)),
    );
  program
    .command('up')
    .description(
      'Stand a lab up (or change it to what its file says), run its experiments, show the outcome.',
    )
    .argument('[lab]', `a lab of labs/, or a lab file (default: ${DEFAULT_LAB})`)
    .option('-s, --stack <stack>', 'name to stand it up under (default: the lab’s name)')
    .addOption(new Option('--isolation <how>', 'with or without root').choices(['auto', 'rootless', 'root']))
    .addOption(new Option('--backend <name>', 'where it runs').choices([...backendNames()]))
    .addOption(
      setting('a setting of the backend, kept in the stack’s config; empty takes it back (repeatable)'),
    )
    .option('--json', 'as JSON, in the form of results')
    .action(async (lab, options) => finish(await (await import('./verbs/up.ts')).up(lab, options)));
  program
    .command('down')
    .description('Take a lab down, in whatever state it is. Nothing of it is left.')
    .argument('[lab]', 'a lab or stack that is up (default: the only one)')
    .option('-s, --stack <stack>', 'the stack the lab is up under')
    .option('--all', 'take every lab down')
    .option('--json', 'as JSON: {stacks}')
    .action(async (lab, options) => finish(await (await import('./verbs/down.ts')).down(lab, options)));
  program
    .command('rebuild')
    .description('Make a lab anew from the beginning, with its settings, under the same stack.')
    .argument('[stack]', 'the stack (default: $CNILAB_STACK, else the only one)')
    .addOption(stack())
    .option('--json', 'as JSON, in the form of results')
    .action(async (name, options) =>
      finish(await (await import('./verbs/rebuild.ts')).rebuild(name ?? options.stack, options)),
    );
  program
    .command('list')
    .description('Show the labs that are up, and the lab files there are.')
    .option('--json', 'as JSON')
    .action(async (options) => finish(await (await import('./verbs/list.ts')).list(options)));
  program
    .command('validate')
    .description('Check a lab file and say everything that is wrong with it.')
    .argument('<lab>', 'a lab file, a directory with a lab.yaml, or a lab of labs/')
    .option('--json', 'as JSON: {file, ok, problems}')
    .action(async (lab, options) =>
      finish(await (await import('./verbs/validate.ts')).validate(lab, options)),
    );
  program
    .command('status')
    .description('Say how a lab is doing: its processes, the faults in it, what its experiments said last.')
    .argument('[stack]', 'the stack (default: $CNILAB_STACK, else the only one)')
    .addOption(stack())
    .option('--json', 'as JSON')
    .action(async (name, options) =>
      finish(await (await import('./verbs/status.ts')).status(name ?? options.stack, options)),
    );
  program
    .command('inspect')
    .description(
      'Show a table of the live lab: interfaces, routes, neighbours, fdb, leases, veths, cni-calls …',
    )
    .argument('<table>', 'its name; cni-calls are the runtime’s, without what plugins call in turn')
    .argument('[at]', 'node or pod (default: all of them)')
    .addOption(stack())
    .addOption(
      new Option('--where <column=value>', 'only rows that have it (repeatable)').argParser(repeated),
    )
    .option('--json', 'as JSON: a list of rows')
    .action(async (table, at, options) =>
      finish(await (await import('./verbs/inspect.ts')).inspect(table, at, options)),
    );
  program
    .command('results')
    .description('Show what the experiments of a stack observed.')
    .argument('[experiment...]', 'names (default: all); the first word may also be a stack')
    .addOption(stack())
    .option('--all', 'of checks that hold, too, what they expected and saw')
    .option('--json', 'as JSON: {lab, backend, verdict, experiments}')
    .option(
      '--canonical',
      'observations with random names, MACs, indexes and times replaced by stable symbols',
    )
    .action(async (names, options) =>
      finish(await (await import('./verbs/results.ts')).results(names, options)),
    );
  program
    .command('exec')
    .description('Run a command on a node, in a pod or in a container, and end with its exit code.')
    .argument('<target>', 'node, pod, or pod/container')
    .argument('[command...]', 'what to run, behind -- (default: a shell)')
    .addOption(stack())
    .option('--changes', 'say afterwards what is another in the lab: links, routes, neighbours, rules, …')
    .action(async (target, command, options) =>
      finish(await (await import('./verbs/exec.ts')).execInLab(target, command, options)),
    );
  program
    .command('verify')
    .description('Run experiments again on the lab as it stands, without changing it.')
    .argument('[experiment...]', 'names (default: all)')
    .addOption(stack())
    .option('--json', 'as JSON, in the form of results')
    .action(async (names, options) =>
      finish(await (await import('./verbs/verify.ts')).verify(names, options)),
    );
  program
    .command('graph')
    .description('Draw the live lab: nodes, bridges, veth pairs, pods.')
    .addOption(stack())
    .addOption(new Option('--format <form>', 'as what').choices([...GRAPH_FORMATS]).default('mermaid'))
    .action(async (options) => finish(await (await import('./verbs/graph.ts')).graph(options)));
  program
    .command('report')
    .description('Write one HTML file of a stack: its lab drawn, its journeys played, every check.')
    .addOption(stack())
    .option('-o, --output <file>', 'where to (default: <stack>-report.html)')
    .action(async (options) => finish(await (await import('./verbs/report.ts')).report(options)));
  program
    .command('diagnose')
    .description('Say what is wrong in the live lab, and which row of kernel state is to blame.')
    .addOption(stack())
    .option('--json', 'as JSON: {findings, flows, undecided}')
    .action(async (options) => finish(await (await import('./verbs/diagnose.ts')).diagnoseLab(options)));
  const fault = program
    .command('fault')
    .description('Break a lab in a known way, to be found out; and mend it again.');
  fault
    .command('list', { isDefault: true })
    .description('Show the faults there are, which of them this lab can have, and which it has.')
    .addOption(stack())
    .option('--json', 'as JSON')
    .action(async (options) => finish(await (await import('./verbs/fault.ts')).listFaults(options)));
  fault
    .command('inject')
    .description('Bring a fault in. Without a name: one at random, which is not named.')
    .argument('[fault]', 'its name')
    .addOption(stack())
    .option('--json', 'as JSON: {stack, fault, shownBy}; of one at random without its name')
    .action(async (name, options) =>
      finish(await (await import('./verbs/fault.ts')).injectFaultInLab(name, options)),
    );
  fault
    .command('repair')
    .description('Undo a fault, and tell where it was. Without a name: all that are in.')
    .argument('[fault]', 'its name')
    .addOption(stack())
    .option('--json', 'as JSON: a list of {name, host, row}')
    .action(async (name, options) =>
      finish(await (await import('./verbs/fault.ts')).repairFaultInLab(name, options)),
    );
  program
    .command('trace')
    .description('Foretell the path of a packet through the live lab, with the rule behind every step.')
    .argument('<from>', 'node or pod that sends it')
    .argument('<to>', 'node, pod or address')
    .addOption(stack())
    .option('--ipv6', 'to the IPv6 address of a node or pod')
    .addOption(
      new Option('--proto <protocol>', 'what is sent').choices(['icmp', 'udp', 'tcp']).default('icmp'),
    )
    .addOption(
      new Option('--port <port>', 'destination port of UDP or TCP').argParser(wholeNumber(1, 65_535)),
    )
    .addOption(new Option('--size <bytes>', 'payload, as ping -s').argParser(wholeNumber(0, 65_507)))
    .option('--df', 'set Don’t Fragment whatever the size, as ping -M do')
    .addOption(
      new Option('--packets', 'what a tap on every interface would see, foretold: not with --send').conflicts(
        [...['mermaid', 'json']],
      ),
    )
    .addOption(
      new Option(
        '--send [count]',
        'send echo requests too, and show where they really were, headers and all: not with --packets, and ICMP only',
      )
        .preset('3')
        .argParser(wholeNumber(1, 1000))
        .conflicts('packets'),
    )
    .addOption(new Option('--mermaid', 'as a Mermaid sequence diagram').conflicts('json'))
    .option('--json', 'as JSON: {request, reply, outcome, end}; with --send, what a journey observes')
    .action(async (from, to, options) =>
      finish(await (await import('./verbs/trace.ts')).trace(from, to, options)),
    );
  program
    .command('journey')
    .description('Show a journey experiment as it was recorded last: every hop, foretold and seen.')
    .argument('[experiment]', 'its name (default: the only one; else they are listed)')
    .addOption(stack())
    .addOption(new Option('--mermaid', 'as a Mermaid sequence diagram').conflicts('json'))
    .option('--json', 'as JSON')
    .action(async (name, options) =>
      finish(await (await import('./verbs/journey.ts')).journey(name, options)),
    );
  program
    .command('parity')
    .description('Run one lab on every backend of this machine, and compare what it comes to on each.')
    .argument('<lab>', 'a lab of labs/, or a lab file')
    .option('--backend <names>', 'only these, with commas between them (default: all that can be used here)')
    .addOption(setting('a setting: <backend>.<key>=<value> (repeatable)'))
    .option('--keep', 'leave the labs up, each under parity-<lab>-<backend>')
    .option('--all', 'every check on a line of its own')
    .addOption(new Option('--markdown', 'as a Markdown table').conflicts('json'))
    .option('--json', 'as JSON: {lab, verdict, columns, backends, rows, stale}')
    .action(async (lab, options) => finish(await (await import('./verbs/parity.ts')).parity(lab, options)));
  addCourse(program, finish);
  program
    .command('doctor')
    .description('Say what this machine has of what labs need. Nothing is changed.')
    .option('--json', 'as JSON: {ready, system, checks}')
    .action(async ({ json }) => finish(await (await import('../doctor/examine.ts')).examine(json === true)));
  program
    .command('guide')
    .description(
      'Walk through a lab’s guide on the terminal: read, run, look, answer. It goes on where you left it.',
    )
    .argument('[lab]', `a lab of labs/, or a lab file (default: the one that is up, else ${DEFAULT_LAB})`)
    .addOption(stack())
    .option('--list', 'show its steps, and where you are')
    .option('--from <step>', 'begin at this step: its number or a word of its title')
    .addOption(
      new Option('--render', 'write the article with the output of the live lab').conflicts(['list', 'from']),
    )
    .option('-o, --output <file>', 'where --render writes it (default: standard output)')
    .addOption(
      new Option(
        '--check',
        'run every command, and compare what it prints with what the guide shows',
      ).conflicts([...['list', 'from', 'render', 'update']]),
    )
    .addOption(
      new Option('--update', 'run every command, and write what it prints into the guide').conflicts([
        ...['list', 'from', 'render'],
      ]),
    )
    .option('--trust', 'run the commands of a guide that did not come with cnilab, without asking')
    .action(async (lab, options) => finish(await (await import('./verbs/guide.ts')).guide(lab, options)));
  program
    .command('env')
    .description('Print what a shell needs for plain pulumi to work here.')
    .action(async () => finish(await (await import('./verbs/env.ts')).env()));

  for (const command of program.commands) command.addHelpText('after', examplesText(command.name()));
  program.addHelpText(
    'after',
    `\n${EXIT_CODES}\n\nEvery verb has examples: npm run -s lab -- <verb> --help\nShell completion: source <(cnilab complete bash)   or zsh, fish`,
  );
  return program;
}

const EXIT_CODES =
  'Exit codes: 0 pass · 1 an assertion failed · 2 wrong usage or lab file · 3 machine, engine or cluster · 4 inconclusive · 130 stopped';
