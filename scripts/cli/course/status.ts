// `course status` and `course list`: how everybody stands, read from files and the process table; nothing is started.
import { loadBackend } from '../../../infra/backends/registry.ts';
import { readCheckpoint, readFresh, readStage } from '../../../infra/course/checkpoint/checkpoint.ts';
import { changeLines, stateChanges } from '../../../infra/course/checkpoint/state-changes.ts';
import { COURSE_BACKEND, type Course, instanceStack } from '../../../infra/course/course.ts';
import { listCourses } from '../../../infra/course/course-store.ts';
import { instanceOf, TakenStack } from '../../../infra/course/instance.ts';
import { type Standing, standingOf } from '../../../infra/course/standing.ts';
import { readResults } from '../../../infra/experiments/results-store.ts';
import { injectedFaults } from '../../../infra/faults/injected.ts';
import { verdictWord } from '../../../infra/report/failures.ts';
import { type Terminal, terminalOf } from '../../../infra/report/paint.ts';
import { numbers, renderTable } from '../../../infra/report/table.ts';
import { resultsDir } from '../../../infra/state/stack-store.ts';
import { environmentError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { asTyped } from '../spelling.ts';
import { ago, shortPath } from '../text.ts';
import { type CourseOption, chooseCourse, chooseStudents } from './choose-course.ts';
import { forStudents, printJson, refuseFailures } from './for-students.ts';
import { standingRecord } from './standing-record.ts';

export async function courseStatus(
  names: readonly string[],
  options: CourseOption & { readonly changes?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const course = await chooseCourse(options, 'status');
  const students = chooseStudents(course, names, false, 'everybody');
  const quick = await standings(course, students);
  const rows = options.changes ? await withChanges(course, quick) : quick;
  if (options.json) {
    const { name, lab, labFile, createdAt } = course;
    printJson({ course: name, lab: lab.name, labFile, createdAt, students: rows });
  } else process.stdout.write(statusPage(course, rows, terminalOf(process.stdout)));
  return EXIT.pass;
}

/** In the order of the students. */
export async function standings(
  course: Course,
  students: readonly string[] = course.students,
): Promise<readonly Standing[]> {
  return Promise.all(students.map((student) => standing(course, student)));
}

async function standing(course: Course, student: string): Promise<Standing> {
  const backend = await loadBackend(COURSE_BACKEND);
  const stack = instanceStack(course.name, student);
  const { experiments } = course.lab;
  const { state, record } = await instanceOf(backend, course, student).catch((error: unknown) => {
    // Another lab has the name: of this course there is nothing.
    if (error instanceof TakenStack) return { state: 'absent' as const, record: undefined };
    throw error;
  });
  const results = record
    ? await readResults(
        resultsDir(stack),
        experiments.map(({ name }) => name),
      )
    : [];
  const faults = record ? (await injectedFaults(record)).map(({ name }) => name) : [];
  const stage = record && (await readStage(record));
  const more = { faults, ...(stage && { checkpoint: stage.checkpoint }) };
  return standingOf({ student, stack, state }, experiments, results, more);
}

/** Of those that stand: what is otherwise than at the checkpoint, or than made. */
async function withChanges(course: Course, rows: readonly Standing[]): Promise<readonly Standing[]> {
  const { observeState } = await import('../../../infra/course/checkpoint/observe-state.ts');
  const alive = rows.filter(({ state }) => state === 'up').map(({ student }) => student);
  const outcomes = await forStudents({
    course,
    students: alive,
    done: 'have been looked at',
    work: async (student, signal) => {
      const record = await standingRecord(course, student);
      const stage = await readStage(record);
      const was = stage
        ? (await readCheckpoint(course.name, stage.checkpoint, stage.student))?.state
        : await readFresh(course.name);
      if (!was) throw environmentError('what it was like is not known any more');
      const { state, symbols } = await withCluster(record, (cluster) =>
        observeState(cluster, course.lab, signal),
      );
      return changeLines(stateChanges(was, state)).map(symbols.named);
    },
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
      const all = await standings(course);
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
