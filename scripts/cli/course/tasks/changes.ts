// What is otherwise in one student's instance than at its checkpoint, or than it was made.
import { z } from 'zod';
import { strangeText } from '../../../../infra/course/accounts/strange-text.ts';
import { readCheckpoint, readFresh, readStage } from '../../../../infra/course/checkpoint/checkpoint.ts';
import { changeLines, stateChanges } from '../../../../infra/course/checkpoint/state-changes.ts';
import { environmentError } from '../../cli-error.ts';
import { withCluster } from '../../live-lab.ts';
import { standingRecord } from '../standing-record.ts';
import type { Task } from './task.ts';

export const changesTask: Task<undefined, readonly string[]> = {
  name: 'changes',
  value: z.array(strangeText(2_000)).max(10_000),
  run: async (course, student, _, signal) => {
    const { observeState } = await import('../../../../infra/course/checkpoint/observe-state.ts');
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
};
