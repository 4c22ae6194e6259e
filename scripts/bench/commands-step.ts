// What a person waits for most often: short commands on a lab that stands, through the bin, as a shell starts it.
import path from 'node:path';
import { ROOT } from '../cli/project.ts';
import type { Round } from './figures.ts';
import { runProgram } from './run-command.ts';
import { median } from './statistics.ts';
import type { StepContext } from './steps.ts';
import { standLab } from './stood-lab.ts';

const BIN = path.join(ROOT, 'scripts', 'cnilab');
const TIMES = 5;

export async function commandsStep({ place, stop }: StepContext): Promise<Round> {
  const stood = await standLab(path.join(ROOT, 'labs', 'kindnet', 'lab.yaml'), place, stop.soon);
  const { stack } = stood.record;
  const timed = async (args: readonly string[]) => {
    const seconds: number[] = [];
    for (let time = 0; time < TIMES; time++) seconds.push((await runProgram([BIN, ...args], stop)).seconds);
    return median(seconds);
  };
  try {
    return {
      statusCommand: await timed(['status', stack]),
      inspectCommand: await timed(['inspect', 'routes', 'shared', '--stack', stack]),
      execCommand: await timed(['exec', 'shared', '--stack', stack, '--', 'true']),
    };
  } finally {
    await stood.remove();
  }
}
