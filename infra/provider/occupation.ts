// Whether a stack's name is taken on this machine: by an orphan of our own, or by somebody else's lab.
import { readRecord, removeStack, type StackRecord } from '../state/stack-store.ts';
import type { CallContext } from './handler.ts';

export interface Occupation {
  /** ours: the engine lost it before it could save it · another: it belongs to other Pulumi state · nobody: it is dead. */
  readonly by: 'ours' | 'another' | 'nobody';
  readonly record: StackRecord;
  /** For the user. */
  readonly message: string;
}

/** What stands under the stack's name, or undefined when nothing does. */
export async function occupation(
  call: CallContext,
  owner: { readonly project: string; readonly backendUrl: string },
): Promise<Occupation | undefined> {
  const record = await readRecord(call.stack);
  if (!record) return undefined;
  const backend = await call.backendOf(record.handle);
  const since = record.createdAt.replace('T', ' ').replace(/\..*/, ' UTC');
  if (!(await backend.isAlive(record.handle))) {
    return { by: 'nobody', record, message: `clearing what is left of ${record.lab}, up since ${since}` };
  }
  if (record.project === owner.project && record.backendUrl === owner.backendUrl) {
    return {
      by: 'ours',
      record,
      message: `removing ${record.lab}, up since ${since}: its making was cut off before it could be saved`,
    };
  }
  return {
    by: 'another',
    record,
    message:
      `a lab is already up under stack "${call.stack}" (lab ${record.lab}, since ${since}, made from ${record.checkout}, ` +
      `state in ${record.backendUrl}): choose another --stack, or take it down with \`npm run down -- ${call.stack}\``,
  };
}

/** Removes what is ours or dead under the stack's name. @throws when it is somebody else's. */
export async function makeRoom(
  call: CallContext,
  owner: { readonly project: string; readonly backendUrl: string },
): Promise<void> {
  const occupied = await occupation(call, owner);
  if (!occupied) return;
  if (occupied.by === 'another') throw new Error(occupied.message);
  if (occupied.by === 'ours') call.inform(occupied.message);
  const backend = await call.backendOf(occupied.record.handle);
  await backend.deleteCluster(occupied.record.handle, call.op);
  await removeStack(call.stack);
}
