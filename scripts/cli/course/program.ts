// The verbs of `cnilab course` and their options. What a verb does is loaded when it is called.
import { type Command, Option } from 'commander';
import { MOST_STUDENTS } from '../../../infra/course/student-names.ts';
import { wholeNumber } from '../whole-number.ts';

/** @param finish gets the exit code of the verb that ran */
export function addCourse(program: Command, finish: (exitCode: number) => void): void {
  const course = program
    .command('course')
    .description('A class: isolated, identical instances of a lab, one for each student.');
  const which = () =>
    new Option('-c, --course <course>', 'name of the course (default: $CNILAB_COURSE, else the only one)');
  const everybody = () => new Option('--all', 'everybody');
  const json = () => new Option('--json', 'as JSON');
  const atOnce = (what: string) =>
    new Option('--at-once <number>', what).argParser(wholeNumber(1, MOST_STUDENTS));

  course
    .command('up')
    .description('Make an instance of a lab for each student; those that stand are left as they are.')
    .argument('[lab]', 'a lab of labs/, or a lab file (default: that of the course, to go on with it)')
    .addOption(
      new Option('--students <number>', 'so many, called s01, s02, …')
        .argParser(wholeNumber(1, MOST_STUDENTS))
        .conflicts(['roster', 'accounts', 'group']),
    )
    .addOption(
      new Option('--roster <file>', 'a text with a student’s name a line').conflicts(['accounts', 'group']),
    )
    .option('--accounts <names>', 'as root: an instance for each of these accounts (a,b,c), as its own')
    .option('--group <group>', 'as root: the same for every account of a group')
    .option('-c, --course <course>', 'name of the course (default: the lab’s name)')
    .addOption(new Option('--isolation <how>', 'with or without root').choices(['auto', 'rootless', 'root']))
    .addOption(atOnce('instances that are made at a time (default: two for each processor)'))
    .addOption(json())
    .action(async (lab, options) => finish(await (await import('./up.ts')).courseUp(lab, options)));
  course
    .command('list')
    .description('Show the courses there are.')
    .addOption(json())
    .action(async (options) => finish(await (await import('./status.ts')).courseList(options)));
  course
    .command('status')
    .description('Show how everybody stands: alive, checkpoint, verdict, faults.')
    .argument('[student...]', 'only these')
    .option('--changes', 'look into every instance too, for what is otherwise than at its checkpoint')
    .addOption(which())
    .addOption(json())
    .action(async (names, options) =>
      finish(await (await import('./status.ts')).courseStatus(names, options)),
    );
  course
    .command('exec')
    .description('Run a command in a student’s instance, and end with its exit code.')
    .argument('<student>', 'a student, or all')
    .argument('<target>', 'node, pod, or pod/container')
    .argument('[command...]', 'what to run, behind -- (default: a shell)')
    .addOption(which())
    .addOption(json())
    .action(async (student, target, command, options) =>
      finish(await (await import('./exec.ts')).courseExec(student, target, command, options)),
    );
  course
    .command('shell')
    .description('Open a shell in a student’s instance.')
    .argument('<student>', 'a student')
    .argument('[target]', 'node, pod, or pod/container (default: the first node)')
    .addOption(which())
    .action(async (student, target, options) =>
      finish(await (await import('./exec.ts')).courseShell(student, target, options)),
    );
  course
    .command('reset')
    .description('Make students’ instances anew: what they did, and their results, are gone.')
    .argument('[student...]', 'whose')
    .addOption(everybody())
    .addOption(which())
    .addOption(json())
    .action(async (names, options) => finish(await (await import('./reset.ts')).courseReset(names, options)));
  course
    .command('verify')
    .description('Run the experiments in everybody’s instance, as it stands.')
    .argument('[student...]', 'only these')
    .option('--experiment <name...>', 'only these experiments')
    .addOption(which())
    .addOption(atOnce('instances that are verified at a time (default: 2)'))
    .addOption(json())
    .action(async (names, options) =>
      finish(await (await import('./verify.ts')).courseVerify(names, options)),
    );
  const fault = course
    .command('fault')
    .description('Break students’ instances in a known way, to be found out; and mend them again.');
  fault
    .command('inject')
    .description('Bring a fault in.')
    .argument('<fault>', 'its name (npm run -s lab -- fault list), or any: one at random for each, unnamed')
    .argument('[student...]', 'whose')
    .addOption(everybody())
    .addOption(which())
    .addOption(json())
    .action(async (name, names, options) =>
      finish(await (await import('./fault.ts')).courseInject(name, names, options)),
    );
  fault
    .command('repair')
    .description('Undo all faults, and tell where they were.')
    .argument('[student...]', 'whose')
    .addOption(everybody())
    .addOption(which())
    .addOption(json())
    .action(async (names, options) =>
      finish(await (await import('./fault.ts')).courseRepair(names, options)),
    );
  const checkpoint = course
    .command('checkpoint')
    .description('Keep how an instance stands, and bring instances to where one stood.');
  checkpoint
    .command('save')
    .description('Keep how students’ instances stand now.')
    .argument('<name>', 'of the checkpoint, such as stage-2; one of that name is replaced')
    .argument('[student...]', 'whose')
    .addOption(everybody())
    .addOption(which())
    .addOption(json())
    .action(async (name, names, options) =>
      finish(await (await import('./checkpoint.ts')).saveCheckpoint(name, names, options)),
    );
  checkpoint
    .command('restore')
    .description('Make students’ instances anew, and as they were then; refused where that cannot be.')
    .argument('<name>', 'of the checkpoint')
    .argument('[student...]', 'whose')
    .addOption(everybody())
    .option('--from <student>', 'whose state (default: each one’s own, or the only one there is)')
    .addOption(which())
    .addOption(json())
    .action(async (name, names, options) =>
      finish(await (await import('./checkpoint.ts')).restoreCheckpoint(name, names, options)),
    );
  checkpoint
    .command('list')
    .description('Show the checkpoints there are, and whose.')
    .addOption(which())
    .addOption(json())
    .action(async (options) => finish(await (await import('./checkpoint.ts')).showCheckpoints(options)));
  checkpoint
    .command('remove')
    .description('Forget a checkpoint.')
    .argument('<name>', 'of the checkpoint')
    .addOption(which())
    .addOption(json())
    .action(async (name, options) =>
      finish(await (await import('./checkpoint.ts')).forgetCheckpoint(name, options)),
    );
  course
    .command('collect')
    .description('Gather everybody’s results: results.json, captures, and a table of all.')
    .requiredOption('-o, --output <directory>', 'is made; must be empty')
    .addOption(which())
    .addOption(json())
    .action(async (options) => finish(await (await import('./collect.ts')).courseCollect(options)));
  course
    .command('down')
    .description('Take the course down, or the instances of students who leave it.')
    .argument('[student...]', 'only these (default: everybody)')
    .addOption(which())
    .addOption(json())
    .action(async (names, options) => finish(await (await import('./down.ts')).courseDown(names, options)));
}
