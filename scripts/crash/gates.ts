// CNI plugins that can be stopped at a door: scripts in front of the real ones, which wait while a gate is closed for them.
import { chmodSync, closeSync, constants, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exec } from '../../infra/util/exec.ts';
import { findCniPlugin } from '../../infra/util/tools.ts';

/** Those that a gate is put before; a chain's others run as they are. */
const PLUGINS = ['ptp', 'bridge', 'flannel', 'host-local', 'portmap'] as const;

/** `begun`: nothing is done yet · `ended`: everything is done, and nobody has been told. */
export type Door = `${'ADD' | 'DEL'} ${'begun' | 'ended'}`;

/**
 * Inside the sandbox the directory is read-only, which does not keep anybody from writing to a FIFO. With an open gate a
 * script becomes the plugin itself.
 */
const SCRIPT = `#!/bin/sh
dir=\${0%/*}
real=$(cat "$dir/.real-\${0##*/}")
[ -e "$dir/.closed" ] || exec "$real"
read -r verb when < "$dir/.closed"
wait_here() { echo "$1" > "$dir/.calls"; while [ -e "$dir/.closed" ]; do sleep 0.02; done; }
[ "$verb $when" = "$CNI_COMMAND begun" ] && wait_here "$verb $when"
[ "$when" = ended ] && [ "$verb" = "$CNI_COMMAND" ] || exec "$real"
said=$("$real"); code=$?
wait_here "$verb $when"
printf '%s' "$said"
exit $code
`;

export class Gates {
  readonly #directory: string;
  readonly #calls: number;

  private constructor(directory: string, calls: number) {
    this.#directory = directory;
    this.#calls = calls;
  }

  /** @param directory exists, and is to be the first in $CNI_PATH */
  static async open(directory: string): Promise<Gates> {
    const fifo = path.join(directory, '.calls');
    const { exitCode, stderr } = await exec(['mkfifo', '-m', '666', fifo]);
    if (exitCode !== 0) throw new Error(`cannot make ${fifo}: ${stderr}`);
    chmodSync(fifo, 0o666);
    for (const plugin of PLUGINS) {
      const real = findCniPlugin(plugin);
      if (real === undefined) continue;
      writeFileSync(path.join(directory, `.real-${plugin}`), `${real}\n`);
      writeFileSync(path.join(directory, plugin), SCRIPT, { mode: 0o755 });
    }
    // Read and write, so that neither side ever waits for the other.
    return new Gates(directory, openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
  }

  close(door: Door): void {
    this.#drain();
    writeFileSync(path.join(this.#directory, '.closed'), `${door}\n`, { mode: 0o644 });
  }

  /** Whoever waits goes on. */
  open(): void {
    rmSync(path.join(this.#directory, '.closed'), { force: true });
  }

  /** Whether a plugin has come to the door since it was closed. */
  knocked(): boolean {
    return this.#drain() > 0;
  }

  end(): void {
    this.open();
    closeSync(this.#calls);
  }

  #drain(): number {
    const buffer = Buffer.alloc(4096);
    try {
      return readSync(this.#calls, buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }
}
