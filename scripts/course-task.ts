// What root starts as an account for one student of a course: a request on standard input, a line of JSON on standard output.
import { text } from 'node:stream/consumers';
import { quickStart } from '../infra/util/quick-start.ts';
import { endWith } from './cli/end-with.ts';

await quickStart();
const { answerTask } = await import('./cli/course/tasks/answer-task.ts');
process.stdout.write(`${JSON.stringify(await answerTask(await text(process.stdin)))}\n`);
await endWith(0);
