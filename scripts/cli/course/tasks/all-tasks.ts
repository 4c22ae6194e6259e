// The tasks that a process of an account can be asked to do; each is loaded when it is.
import type { Task } from './task.ts';

const LOAD = {
  prepare: async () => (await import('./prepare.ts')).prepareTask,
  up: async () => (await import('./up.ts')).upTask,
  standing: async () => (await import('./standing.ts')).standingTask,
  changes: async () => (await import('./changes.ts')).changesTask,
  exec: async () => (await import('./exec.ts')).execTask,
  reset: async () => (await import('./reset.ts')).resetTask,
  verify: async () => (await import('./verify.ts')).verifyTask,
  inject: async () => (await import('./inject.ts')).injectTask,
  repair: async () => (await import('./repair.ts')).repairTask,
  save: async () => (await import('./save.ts')).saveTask,
  restore: async () => (await import('./restore.ts')).restoreTask,
  results: async () => (await import('./results.ts')).resultsTask,
  down: async () => (await import('./down.ts')).downTask,
} as const;

export type TaskName = keyof typeof LOAD;

export async function loadTask(name: TaskName): Promise<Task<never, unknown>> {
  return LOAD[name]();
}
