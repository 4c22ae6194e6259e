// The end of a command: what it has written is out, what it left open does not keep it, and nobody has to read to the end.

/** Never comes back. */
export async function endWith(exitCode: number): Promise<never> {
  // A pipe takes 64 KiB at a time: what was written is out only when the stream says so.
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  // What a command left open (a resident shell of the lab's) must not keep it from ending.
  process.exit(exitCode);
}

/** A reader that has seen enough, such as head(1), closes the pipe: there is nobody left to write to, and nothing is wrong. */
export function endWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
