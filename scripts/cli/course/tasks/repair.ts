// All faults of one student's instance undone, and where they were.
import { z } from 'zod';
import { strangeText } from '../../../../infra/course/accounts/strange-text.ts';
import { injectedFaults } from '../../../../infra/faults/injected.ts';
import { environmentError } from '../../cli-error.ts';
import { withCluster } from '../../live-lab.ts';
import { mends } from '../../mending.ts';
import { repairAll } from '../../verbs/fault.ts';
import { standingRecord } from '../standing-record.ts';
import type { Task } from './task.ts';

export const repairTask: Task<undefined, { readonly undone: readonly string[] }> = {
  name: 'repair',
  value: z.strictObject({ undone: z.array(strangeText(2_000)).max(100) }),
  run: async (course, student) => {
    const record = await standingRecord(course, student);
    const wanted = await injectedFaults(record);
    if (wanted.length === 0) return { undone: [] };
    const { undone, failures } = await withCluster(record, (cluster) => repairAll(cluster, record, wanted));
    if (failures.length > 0)
      throw environmentError(`not all of it could be undone: ${failures.join('; ')}`, mends(record));
    return { undone: undone.map(({ name, host, row }) => `${name} on ${host}: ${row}`) };
  },
};
