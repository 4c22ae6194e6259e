// A class: an instance of lab flannel for each of 30 students, one of them made anew; beside one `up` of the same lab.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { listRecords } from '../../infra/state/stack-store.ts';
import { ROOT } from '../cli/project.ts';
import { type Round, STUDENTS } from './figures.ts';
import { settle } from './netns-barrier.ts';
import { availableMb, cpuSeconds, endedCpuSeconds, pidsBeside, pssMb } from './processes.ts';
import { cnilab } from './run-command.ts';
import { median } from './statistics.ts';
import type { StepContext } from './steps.ts';

const RESETS = ['s03', 's14', 's25'];

export async function courseStep({ place, stop }: StepContext): Promise<Round> {
  const course = place.stack('course');
  const one = await upAlone();
  await settle();
  const before = await availableMb();
  const cpuBefore = endedCpuSeconds();
  const up = await cnilab(['course', 'up', 'flannel', '--students', `${STUDENTS}`, '--course', course], stop);
  const ownCpu = endedCpuSeconds() - cpuBefore;
  const instances = (await listRecords()).filter((record) => record.course === course);
  if (instances.length !== STUDENTS) throw new Error(`${instances.length} instances stand, not ${STUDENTS}`);
  const pids = instances.flatMap(({ handle }) => pidsBeside(Number(handle.facts.holder)));
  const courseCpu = ownCpu + pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const courseMemory = before - (await availableMb());
  const coursePss = pssMb(pids);
  const resets: number[] = [];
  for (const student of RESETS)
    resets.push((await cnilab(['course', 'reset', student, '--course', course], stop)).seconds);
  const status = await cnilab(['course', 'status', '--course', course], stop);
  const down = await cnilab(['course', 'down', '--course', course], stop);
  return {
    ...one,
    ...{ courseUp: up.seconds, courseCpu, courseMemory, coursePss, courseReset: median(resets) },
    ...{ courseStatus: status.seconds, courseDown: down.seconds },
  };

  /** The lab without its experiments, which a course does not run either. */
  async function upAlone(): Promise<Pick<Round, 'flannelUp' | 'flannelCpu'>> {
    const document = parseDocument(await readFile(path.join(ROOT, 'labs', 'flannel', 'lab.yaml'), 'utf8'));
    document.delete('experiments');
    const file = path.join(place.directory, 'flannel.yaml');
    await writeFile(file, document.toString());
    const stack = place.stack('flannel');
    const cpu = endedCpuSeconds();
    const { seconds } = await cnilab(['up', file, '--stack', stack], stop);
    const flannelCpu = endedCpuSeconds() - cpu;
    await cnilab(['down', '--stack', stack], stop);
    return { flannelUp: seconds, flannelCpu };
  }
}
