// `course fault`: the same fault in many students' instances, for them to find out.
import { FAULTS } from '../../../infra/faults/catalogue.ts';
import { injectedFaults } from '../../../infra/faults/injected.ts';
import { environmentError, usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { mends } from '../mending.ts';
import { anyOf, bringIn, knownFault, plansFor, repairAll } from '../verbs/fault.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { standingRecord } from './standing-record.ts';

interface Options extends CourseOption {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Stands for a fault that is drawn for each student by itself, and named neither here, where a class may see it, nor in the instance. */
const ANY = 'any';

/** @param name of the fault, or `any` */
export async function courseInject(
  name: string,
  names: readonly string[],
  options: Options,
): Promise<ExitCode> {
  if (name !== ANY) knownFault(name);
  const course = await chooseCourse(options, `fault inject ${name}`);
  const students = chooseStudents(course, names, options.all);
  const outcomes = await forStudents({
    course,
    students,
    done: 'are broken',
    work: async (student) => {
      const record = await standingRecord(course, student);
      const before = await injectedFaults(record);
      if (before.some((fault) => fault.name === name)) throw usageError(`fault "${name}" is in already`);
      return withCluster(record, async (cluster) => {
        const plans = await plansFor(cluster, record);
        const free = FAULTS.filter((one) => before.every((fault) => fault.name !== one.name));
        const here = free.map((one) => one.name).filter((one) => plans.has(one));
        const chosen = name === ANY ? anyOf(here) : name;
        const plan = plans.get(chosen ?? '');
        if (chosen === undefined || !plan)
          throw usageError(
            `the instance, as it stands, has nothing that could break by ${name === ANY ? 'any fault' : `fault "${name}"`}`,
          );
        await bringIn(cluster, record, chosen, plan, before, name === ANY);
        return { fault: chosen };
      });
    },
    line: ({ fault }) => `! <student>  ${name === ANY ? 'a fault is in' : fault}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(
    outcomes,
    'could not be broken',
    `npm run -s lab -- fault list --stack ${course.name}-${students[0]}   shows which faults the lab can have`,
  );
  return EXIT.pass;
}

/** All faults of those students. */
export async function courseRepair(names: readonly string[], options: Options): Promise<ExitCode> {
  const course = await chooseCourse(options, 'fault repair');
  const students = chooseStudents(course, names, options.all);
  const outcomes = await forStudents({
    course,
    students,
    done: 'are repaired',
    work: async (student) => {
      const record = await standingRecord(course, student);
      const wanted = await injectedFaults(record);
      if (wanted.length === 0) return { undone: [] };
      const { undone, failures } = await withCluster(record, (cluster) => repairAll(cluster, record, wanted));
      if (failures.length > 0)
        throw environmentError(`not all of it could be undone: ${failures.join('; ')}`, mends(record));
      return { undone: undone.map(({ name, host, row }) => `${name} on ${host}: ${row}`) };
    },
    line: ({ undone }) => `✓ <student>  ${undone.join('; ') || 'no fault'}`,
  });
  if (options.json) printJson({ course: course.name, students: outcomeRows(outcomes) });
  refuseFailures(outcomes, 'could not be repaired');
  return EXIT.pass;
}
