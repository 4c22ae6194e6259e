// A fault in one student's instance: the one that is named, or one that is drawn.
import { z } from 'zod';
import { FAULTS } from '../../../../infra/faults/catalogue.ts';
import { injectedFaults } from '../../../../infra/faults/injected.ts';
import { faultNames } from '../../../../infra/lab/fault-names.ts';
import { usageError } from '../../cli-error.ts';
import { withCluster } from '../../live-lab.ts';
import { anyOf, bringIn, plansFor } from '../../verbs/fault.ts';
import { standingRecord } from '../standing-record.ts';
import type { Task } from './task.ts';

interface Params {
  /** undefined: one that the instance can have is drawn, and is not named in it. */
  readonly fault?: string;
}

export const injectTask: Task<Params, { readonly fault: string }> = {
  name: 'inject',
  value: z.strictObject({ fault: z.enum(faultNames) }),
  run: async (course, student, { fault }) => {
    const record = await standingRecord(course, student);
    const before = await injectedFaults(record);
    if (before.some(({ name }) => name === fault)) throw usageError(`fault "${fault}" is in already`);
    return withCluster(record, async (cluster) => {
      const plans = await plansFor(cluster, record);
      const free = FAULTS.filter((one) => before.every(({ name }) => name !== one.name));
      const chosen = fault ?? anyOf(free.map((one) => one.name).filter((one) => plans.has(one)));
      const plan = plans.get(chosen ?? '');
      if (chosen === undefined || !plan)
        throw usageError(
          `the instance, as it stands, has nothing that could break by ${fault === undefined ? 'any fault' : `fault "${fault}"`}`,
        );
      await bringIn(cluster, record, chosen, plan, before, fault === undefined);
      return { fault: chosen };
    });
  },
};
