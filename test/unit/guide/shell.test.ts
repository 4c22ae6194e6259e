import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuideShell } from '../../../infra/guide/shell.ts';

describe('the shell of a guide', () => {
  let shell: GuideShell;
  beforeEach(async () => {
    const env = { PATH: process.env.PATH ?? '' };
    shell = await GuideShell.open({ cwd: '/', cnilab: ['echo', 'cnilab'], env });
  });
  afterEach(() => shell.close());
  const typed = async (command: string) => (await shell.run(command)).output;

  it('keeps variables from command to command, and passes them on when they are exported', async () => {
    await shell.run('A=1; export B=2');
    expect(await typed('echo $A; sh -c \'echo "$A$B"\'; pwd')).toBe('1\n2\n/\n');
  });

  it('tells the exit code, and both streams in their order, without a last newline if there is none', async () => {
    expect(await shell.run('echo out; echo err >&2; printf more; exit 3 | false')).toEqual({
      output: 'out\nerr\nmore',
      exitCode: 1,
    });
  });

  it('gives commands nothing to read, and survives what cannot be parsed', async () => {
    expect(await typed('cat; echo read')).toBe('read\n');
    expect((await shell.run('echo (')).exitCode).not.toBe(0);
    expect(await typed('echo still here')).toBe('still here\n');
  });

  it('calls the command line for npm run, and npm for anything else', async () => {
    expect(await typed('npm run -s lab -- exec n1 -- ip route')).toBe('cnilab exec n1 -- ip route\n');
    expect(await typed('X=$(npm run -s lab -- results --json); echo "<$X>"')).toBe(
      '<cnilab results --json>\n',
    );
    expect(await typed('npm run -s up')).toBe('cnilab up\n');
    expect(await typed('npm run down -- kindnet')).toBe('cnilab down kindnet\n');
    expect(await typed('npm --version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('goes on when a command is interrupted', async () => {
    await shell.run('A=kept');
    const running = shell.run("sh -c 'echo begun; exec sleep 600'", () => shell.interrupt());
    expect((await running).exitCode).toBe(130);
    expect(await typed('echo $A')).toBe('kept\n');
  });

  it('runs a listener beside other commands, with its variables, until it has ended or is stopped', async () => {
    await shell.run('A=heard');
    const one = await shell.listen(
      'echo listening; until [ -e "$D/go" ]; do sleep 0.01; done; echo $A; exit 5',
    );
    const endless = await shell.listen('echo tick; sleep 600');
    await Promise.all([one.listening, endless.listening]);
    expect(await typed('echo meanwhile')).toBe('meanwhile\n');
    await endless.stop();
    expect(await endless.ended).toMatchObject({ output: 'tick\n', exitCode: 143 });
    await one.stop();
    expect((await one.ended).output).toBe('listening\n');
    const short = await shell.listen('echo $A; (exit 5)');
    expect(await short.ended).toEqual({ output: 'heard\n', exitCode: 5 });
  });

  it('ends its listeners when it is closed, and may be closed twice', async () => {
    const silent = await shell.listen('sleep 600');
    const closing = [shell.close(), shell.close()];
    // Not after the time that a silent one is given to begin.
    const begun = performance.now();
    await Promise.all([silent.listening, ...closing]);
    expect(performance.now() - begun).toBeLessThan(4_000);
    expect(await silent.ended).toEqual({ output: '', exitCode: 143 });
  });
});
