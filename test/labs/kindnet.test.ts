import { expect, it } from 'vitest';
import { describeLab } from '../support/describe-lab.ts';

const claims = ['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K9', 'K10', 'K11', 'K12', 'K13'];

describeLab('kindnet', { claims, deleteRoute: ['minikube', 'ip route del 10.244.1.0/24'] }, (lab) => {
  it("shows a pod's routes as the article prints them", async () => {
    expect(await lab().on('pod-to-pod-2', 'ip route')).toBe(
      [
        'default via 10.244.0.1 dev eth0 ',
        '10.244.0.0/24 via 10.244.0.1 dev eth0 src 10.244.0.2 ',
        '10.244.0.1 dev eth0 scope link src 10.244.0.2 ',
        '',
      ].join('\n'),
    );
  });

  it('lets lab exec into a node and into a pod, with its exit code', async () => {
    const { session, stack } = lab();
    const where = ['--stack', stack.name, '--'];
    const node = await session.cli(['exec', 'minikube', ...where, 'sh', '-c', 'hostname; exit 7']);
    expect(node).toMatchObject({ stdout: 'minikube\n', exitCode: 7 });
    const pod = await session.cli(['exec', 'pod-to-pod-1', ...where, 'ls', '/sys/class/net']);
    expect(pod).toMatchObject({ stdout: 'eth0\nlo\n', exitCode: 0 });
  });

  it('is compared beside the one that stands, which is left alone', async () => {
    const { session, stack } = lab();
    const before = await stack.record();
    const { exitCode, stdout, stderr } = await session.cli(['parity', 'kindnet', '--backend', 'netns']);
    expect(stdout, stderr).toMatch(/^Lab kindnet: 44 of 44 checks pass on netns$/m);
    expect(exitCode).toBe(0);
    expect(await stack.record()).toEqual(before);
    const { stacks } = JSON.parse((await session.cli(['list', '--json'])).stdout);
    expect(stacks.map((one: { readonly stack: string }) => one.stack)).toEqual([stack.name]);
  });
});
