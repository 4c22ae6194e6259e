// A request of root's, done in this process, which is the account's own.
import { instanceStack } from '../../../../infra/course/course.ts';
import { stackDir } from '../../../../infra/state/stack-store.ts';
import { withLock } from '../../../setup/lock.mjs';
import { onStopRequests } from '../../engine/stop-requests.ts';
import { explainError } from '../../explain-error.ts';
import { loadTask } from './all-tasks.ts';
import type { TaskReply, TaskRequest } from './task.ts';

/** Never rejects. What the account does with its instance at the same time comes before or after it. */
export async function answerTask(text: string): Promise<TaskReply> {
  const abort = new AbortController();
  const ignore = onStopRequests(() => abort.abort());
  try {
    const { task, course, student, params } = JSON.parse(text) as TaskRequest;
    const { run } = await loadTask(task);
    const lock = stackDir(instanceStack(course.name, student));
    return {
      value: await withLock(
        lock,
        () => undefined,
        () => {
          abort.signal.throwIfAborted();
          return run(course, student, params as never, abort.signal);
        },
      ),
    };
  } catch (error) {
    return { error: explainError(error) };
  } finally {
    ignore();
  }
}
