// A mount namespace in which something of the machine is otherwise; commands are put into it, and it goes with its keeper.
import { createInterface } from 'node:readline';
import { exec, killGroup, startProcess } from '../../../infra/util/exec.ts';
import { ROOT } from '../../cli/project.ts';

export interface MountRoom {
  /** In front of a command that is to run there. */
  readonly within: readonly string[];
  /** Runs a script there. @throws Error with what it said */
  run(script: string): Promise<string>;
  close(): Promise<void>;
}

/** @param script prepares it. @returns why there can be none */
export async function mountRoom(script: string): Promise<MountRoom | string> {
  // Only root may mount without a user namespace, in which a lab could not be made as it is outside.
  if (process.getuid?.() !== 0) return 'it takes root to mount';
  const argv = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-e',
    '-c',
    `${script}\necho ready\nexec cat`,
  ];
  const keeper = startProcess(argv);
  let said = '';
  keeper.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let ready = false;
  for await (const line of createInterface({ input: keeper.stdout })) {
    ready = line === 'ready';
    if (ready) break;
  }
  if (!ready) return `a mount namespace could not be made: ${said.trim()}`;
  const enter = ['nsenter', '-t', String(keeper.pid), '-m', '--'];
  // setns(2) leaves the working directory at the root.
  const within = [...enter, 'sh', '-c', 'cd "$0" && exec "$@"', ROOT];
  return {
    within,
    async run(inside) {
      const { exitCode, stdout, stderr } = await exec([...within, 'sh', '-e', '-c', inside]);
      if (exitCode !== 0) throw new Error(`${inside}: ${stderr.trim()}`);
      return stdout;
    },
    async close() {
      killGroup(keeper.pid, 'SIGKILL');
      await keeper;
    },
  };
}
