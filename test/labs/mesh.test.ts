import { expect, it } from 'vitest';
import { describeLab } from '../support/describe-lab.ts';

const claims = ['M1', 'M2', 'M3', 'M4', 'M5'];
const deleteRoute = ['n1', 'ip route del 10.42.1.0/24'] as const;

describeLab('mesh', { claims, deleteRoute }, (lab) => {
  it('shows the hole that a missing route makes, and no other', async () => {
    const { session, stack, on } = lab();
    const route = (await on('n1', 'ip route show 10.42.1.0/24')).trim();
    await on('n1', `ip route del ${route}`);
    const { stdout, exitCode } = await session.cli(['verify', 'pods-reach-pods', '--stack', stack.name]);
    await on('n1', `ip route add ${route}`);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      [
        '  FROM \\ TO   n1   n2   n3',
        '  n1         2/2  0/4  4/4',
        '  n2         0/4  2/2  4/4',
        '  n3         4/4  4/4  2/2',
        '',
      ].join('\n'),
    );
    expect((await session.cli(['verify', 'pods-reach-pods', '--stack', stack.name])).exitCode).toBe(0);
  });

  it('finds packets of full size that the way does not take, which small ones do', async () => {
    const { session, stack, on } = lab();
    const verify = (name: string) => session.cli(['verify', name, '--stack', stack.name]);
    await on('n2', 'ip link set eth0 mtu 1400');
    const [full, small] = [await verify('full-size'), await verify('pods-reach-pods')];
    await on('n2', 'ip link set eth0 mtu 1500');
    expect([full.exitCode, small.exitCode]).toEqual([1, 0]);
    expect(full.stdout).toMatch(/ n1 +- +0\/4 +4\/4\n/);
    expect((await verify('full-size')).exitCode).toBe(0);
  });
});
