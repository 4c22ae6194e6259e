// The end of a command: what it has written is out, and what it left open does not keep it.

/** Never comes back. */
export async function endWith(exitCode: number): Promise<never> {
  // A pipe takes 64 KiB at a time: what was written is out only when the stream says so.
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
  );
  // What a command left open (a resident shell of the lab's) must not keep it from ending.
  process.exit(exitCode);
}
