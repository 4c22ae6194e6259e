// A checkpoint that comes from somebody who may mean harm. Its rows become commands in the instances that it is restored in.
import { z } from 'zod';
import { faultNames } from '../../lab/fault-names.ts';
import { DEFAULT_LEASE_DIRS } from '../../observe/script.ts';
import { treacherousText } from '../accounts/strange-text.ts';
import { nameProblem } from '../student-names.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type LabState, STATE_TABLES } from './lab-state.ts';

export const checkpointName = z.string().refine((name) => nameProblem(name) === undefined);

/** What any checkpoint is: tables of rows, in which every text is one line, and every file is where its table's are. */
export const checkpointSchema = z
  .strictObject({
    name: checkpointName,
    student: z.string(),
    savedAt: z.iso.datetime(),
    faults: z.array(
      z.strictObject({
        name: z.enum(faultNames),
        host: z.string(),
        unnamed: z.literal(true).exactOptional(),
      }),
    ),
    state: z.record(
      z.string(),
      z.partialRecord(z.enum(STATE_TABLES), z.array(z.record(z.string(), z.json()))),
    ),
  })
  .superRefine((checkpoint, context) => {
    const wrong = treacherousText(checkpoint) ?? misplaced(checkpoint.state as LabState);
    if (wrong !== undefined)
      context.addIssue({ code: 'custom', message: `no row has ${JSON.stringify(wrong.slice(0, 60))}` });
  }) as unknown as z.ZodType<Checkpoint>;

/** A file elsewhere than where the table has them, or a rule that names a program (iptables(8), --modprobe). */
function misplaced(state: LabState): string | undefined {
  for (const { leases = [], cniConfig = [], netfilter = [] } of Object.values(state)) {
    const paths = leases.map(({ path }) => `${path}`);
    const files = cniConfig.map(({ file }) => `${file}`);
    const rules = netfilter.map(({ rule }) => `${rule}`);
    const wrong =
      paths.find((path) => !DEFAULT_LEASE_DIRS.some((directory) => path.startsWith(`${directory}/`))) ??
      files.find((file) => file.includes('/')) ??
      rules.find((rule) => /(^|\s)(--modprobe|-M)\b/.test(rule));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
