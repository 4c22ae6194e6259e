// `course status` and `course list`: how everybody stands, read from files and the process table; nothing is started.
import { type Course, instanceStack } from '../../../infra/course/course.ts';
import { listCourses } from '../../../infra/course/course-store.ts';
import type { Outcome } from '../../../infra/course/each-student.ts';
import type { Standing } from '../../../infra/course/standing.ts';
import { verdictWord } from '../../../infra/report/failures.ts';
import { type Terminal, terminalOf } from '../../../infra/report/paint.ts';
import { numbers, renderTable } from '../../../infra/report/table.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { asTyped } from '../spelling.ts';
import { ago, shortPath } from '../text.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, printJson, refuseFailures } from './for-students.ts';
import { changesTask } from './tasks/changes.ts';
import { type StandingFacts, standingTask } from './tasks/standing.ts';
import { doTask } from './tasks/task.ts';

export async function courseStatus(
  names: readonly string[],
  options: CourseOption & { readonly changes?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const course = await chooseCourse(options, 'status');
  const students = chooseStudents(course, names, false, 'everybody');
  const { rows: quick, outcomes } = await standings(course, students);
  const rows = options.changes ? await withChanges(course, quick) : quick;
  if (options.json) {
    const { name, lab, labFile, createdAt } = course;
    printJson({ course: name, lab: lab.name, labFile, createdAt, students: rows });
  } else process.stdout.write(statusPage(course, rows, terminalOf(process.stdout)));
  refuseFailures(outcomes, 'could not be asked');
  return EXIT.pass;
}

/** In the order of the students; of an account that cannot be asked the state is unknown, and the outcome says why. */
export async function standings(
  course: Course,
  students: readonly string[] = course.students,
): Promise<{ readonly rows: readonly Standing[]; readonly outcomes: readonly Outcome<unknown>[] }> {
  const stand = (student: string, signal: AbortSignal) =>
    doTask(standingTask, course, student, undefined, signal);
  const row = (student: string, facts: StandingFacts): Standing => {
    return { student, stack: instanceStack(course.name, student), ...facts };
  };
  if (!course.accounts) {
    const { signal } = new AbortController();
    const facts = await Promise.all(students.map((student) => stand(student, signal)));
    return { rows: facts.map((each, i) => row(students[i] as string, each)), outcomes: [] };
  }
  const outcomes = await forStudents({ course, students, done: 'have been asked', work: stand });
  const unknown: StandingFacts = {
    ...{ state: 'unknown', passed: 0, experiments: course.lab.experiments.length, verdicts: {}, faults: [] },
  };
  const rows = outcomes.map((one) => row(one.student, 'value' in one ? one.value.value : unknown));
  return { rows, outcomes };
}

/** Of those that stand: what is otherwise than at the checkpoint, or than made. */
async function withChanges(course: Course, rows: readonly Standing[]): Promise<readonly Standing[]> {
  const alive = rows.filter(({ state }) => state === 'up').map(({ student }) => student);
  const outcomes = await forStudents({
    course,
    students: alive,
    done: 'have been looked at',
    work: (student, signal) => doTask(changesTask, course, student, undefined, signal),
  });
  const found = new Map(
    outcomes.flatMap((outcome) => ('value' in outcome ? [[outcome.student, outcome.value.value]] : [])),
  );
  refuseFailures(outcomes, 'could not be looked at');
  return rows.map((row) => {
    const changes = found.get(row.student);
    return changes ? { ...row, changes } : row;
  });
}

function statusPage(course: Course, rows: readonly Standing[], terminal: Terminal): string {
  const { name, lab, labFile, createdAt } = course;
  const up = rows.filter(({ state }) => state === 'up').length;
  const passing = rows.filter(({ verdict }) => verdict === 'pass').length;
  const verified = rows.filter(({ verdict }) => verdict !== undefined).length;
  const head = `Course ${name}: lab ${lab.name} (${shortPath(labFile)}), for ${ago(createdAt, Date.now())}`;
  const sum = `${up} of ${rows.length} are up; of ${verified} that have been verified, ${passing} pass`;
  const table = renderTable(
    ['STUDENT', 'STATE', 'CHECKPOINT', 'VERDICT', numbers('PASS'), 'FAULTS'],
    rows.map((row) => [
      row.student,
      terminal.paint(row.state === 'up' ? 'green' : 'red', row.state),
      row.checkpoint,
      row.verdict && verdictWord(row.verdict, terminal),
      row.verdict && `${row.passed}/${row.experiments}`,
      row.faults.join(' '),
    ]),
    { width: terminal.width },
  );
  const changes = rows
    .filter((row) => row.changes && row.changes.length > 0)
    .map(({ student, checkpoint, changes }) => {
      const since = checkpoint === undefined ? 'since it was made' : `since ${checkpoint}`;
      return `\n${student}, ${since}\n${changes?.map((change) => `  ${change}`).join('\n')}\n`;
    });
  const unchanged = rows.some((row) => row.changes) && changes.length === 0 ? '\nNothing has changed.\n' : '';
  return `${head}\n\n${table}\n\n${sum}\n${changes.join('')}${unchanged}`;
}

export async function courseList(options: { readonly json?: boolean }): Promise<ExitCode> {
  const courses = await listCourses();
  const rows = await Promise.all(
    courses.map(async (course) => {
      const { rows: all } = await standings(course);
      const { name, lab, labFile, createdAt } = course;
      const up = all.filter(({ state }) => state === 'up').length;
      return { course: name, lab: lab.name, labFile, students: all.length, up, createdAt };
    }),
  );
  if (options.json) printJson({ courses: rows });
  else if (rows.length === 0)
    process.stdout.write(
      asTyped('There is no course. Make one with: npm run -s lab -- course up <lab> --students 30\n'),
    );
  else {
    const now = Date.now();
    const table = renderTable(
      ['COURSE', 'LAB', numbers('STUDENTS'), numbers('UP'), 'FOR'],
      rows.map((row) => [row.course, row.lab, row.students, row.up, ago(row.createdAt, now)]),
      { width: terminalOf(process.stdout).width },
    );
    process.stdout.write(`${table}\n`);
  }
  return EXIT.pass;
}
