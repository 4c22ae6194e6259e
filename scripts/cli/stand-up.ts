// The engine run that makes a lab what its file says: the stack made, the lab handed over, its config set.
import { rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { CHECKED_LAB, checkedLabFile, handOver } from '../../infra/checked-lab.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import type { SetSettings } from './backend-settings.ts';
import type { EngineOutcome } from './engine/run-engine.ts';
import { clearLeftovers, ensureStack, type StackSession } from './engine/stack-session.ts';
import { operate } from './engine/update-stack.ts';
import { nameInCheckout } from './lab-files.ts';
import { PROJECT } from './project.ts';

export interface LabToStand {
  /** Absolute path. */
  readonly file: string;
  readonly lab: Lab;
  /** What the stack's config is to say from now on; what is left out stays as it is there. */
  readonly config: { readonly backend?: string | undefined; readonly isolation?: string | undefined };
  readonly settings: SetSettings;
  /** Shown when it was stopped. */
  readonly goOn: readonly string[];
  /** Gets the live lines. @default standard output */
  readonly out?: Writable;
}

export interface StoodLab {
  readonly outcome: EngineOutcome;
  /** The stack was made by this run. */
  readonly isNew: boolean;
}

/** A failure of resources is an outcome. @throws CliError when it was stopped, or there can be no such stack */
export async function standUp(session: StackSession, wanted: LabToStand): Promise<StoodLab> {
  const { file, lab, goOn, out = process.stdout } = wanted;
  await clearLeftovers(session, (line) => void out.write(`${line}\n`));
  const isNew = await ensureStack(session, goOn);
  const outcome = await withCheckedLab(session, lab, file, (informed) =>
    operate(informed, {
      args: ['up', '--yes', '--skip-preview', '--suppress-outputs', ...configArgs(wanted)],
      lab: lab.name,
      goOn,
      out,
    }),
  );
  if (outcome.pendingCreates) await forgetPendingCreates(session, lab, out);
  return { outcome, isNew };
}

/** The program of this run gets the lab as it has been read here. */
async function withCheckedLab<T>(
  session: StackSession,
  lab: Lab,
  file: string,
  work: (session: StackSession) => Promise<T>,
): Promise<T> {
  const checked = checkedLabFile(session.stack);
  try {
    await handOver(lab, file, checked);
    return await work({ ...session, env: { ...session.env, [CHECKED_LAB]: checked } });
  } finally {
    await rm(checked, { force: true });
  }
}

function configArgs({ file, config, settings }: LabToStand): readonly string[] {
  // By its name a lab of the checkout is found wherever the checkout is moved to.
  const plain = Object.entries({ lab: nameInCheckout(file) ?? file, ...config });
  const structured = Object.entries(settings).flatMap(([backend, told]) =>
    Object.entries(told).map(([key, value]) => [`${backend}.${key}`, value] as const),
  );
  const args = [...plain, ...structured].flatMap(([key, value]) =>
    value === undefined ? [] : ['--config', `${PROJECT}:${key}=${value}`],
  );
  return structured.length === 0 ? args : ['--config-path', ...args];
}

/**
 * The engine never forgets by itself that it was killed while it was creating something, and warns of it for ever.
 * Our provider has found or removed what was half made, so a refresh may clear it.
 */
async function forgetPendingCreates(session: StackSession, lab: Lab, out: Writable): Promise<void> {
  await operate(session, {
    args: ['refresh', '--yes', '--skip-preview', '--suppress-outputs', '--clear-pending-creates'],
    lab: lab.name,
    goOn: [],
    out,
  });
}
