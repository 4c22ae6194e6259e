import { expect, it } from 'vitest';
import { describeLab } from '../support/describe-lab.ts';

const claims = ['F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'F10', 'F11', 'F12', 'F13', 'F14', 'F15'];

describeLab('flannel', { claims, deleteRoute: ['k3s-server', 'ip route del 10.42.1.0/24'] }, (lab) => {
  it('runs the experiments again without an update of the stack', async () => {
    const { session, stack } = lab();
    const { exitCode, stdout } = await session.cli(['verify', '--stack', stack.name]);
    expect({ exitCode, failed: /\bfail\b/.exec(stdout) }).toEqual({ exitCode: 0, failed: null });
    expect(await stack.preview()).toEqual({});
  });

  it('draws its topology from the live graph: veths are ports of cni0, the uplink is not', async () => {
    const { session, stack } = lab();
    const { stdout } = await session.cli(['graph', '--stack', stack.name]);
    const ports = (await lab().on('k3s-server', 'ls /sys/class/net/cni0/brif')).trim().split('\n');
    for (const port of ports) expect(stdout).toContain(`k3s_server__cni0 --- k3s_server__${port}`);
    expect(stdout).not.toContain('k3s_server__cni0 --- k3s_server__eth0');
    expect(stdout).toContain('k3s_server__flannel_1 -. "VNI 1 in UDP" .- k3s_server__eth0');
  });

  it('says what a first ping leaves behind: neighbours on both sides, a learned address, and nothing else', async () => {
    const { session, stack } = lab();
    const on = (target: string, command: string) =>
      session.cli(['exec', target, '--stack', stack.name, '--changes', '--', 'sh', '-c', command]);
    const address = (
      await lab().on('pod3', "ip -4 -o addr show eth0 | grep -o '10[0-9.]*' | head -1")
    ).trim();
    // All at once: whoever remembers another may just be about to ask whether it is still there.
    const hosts = ['pod1', 'pod2', 'pod3', 'k3s-server'];
    await Promise.all(
      hosts.map((host) => lab().on(host, 'ip neigh flush nud reachable nud stale nud delay nud probe')),
    );
    const quiet = await on('pod1', 'exit 3');
    expect(quiet).toMatchObject({ exitCode: 3, stderr: '\nNothing that is observed has changed.\n' });
    const { stdout, stderr } = await on('pod1', `ping -c 1 ${address}`);
    expect(stdout).toContain('1 received');
    const lines = stderr.trim().split('\n');
    expect(lines.filter((line) => !line.includes('forwarding entry'))).toEqual([
      ...(lines.includes('k3s-server') ? ['k3s-server'] : []),
      'pod1',
      expect.stringMatching(new RegExp(`^  \\+ neighbour ${address} dev eth0 lladdr \\S+ `)),
      'pod3',
      expect.stringMatching(/^ {2}\+ neighbour 10\.42\.0\.\d+ dev eth0 lladdr \S+ /),
    ]);
  });

  it('notices a bridge that does not learn or flood, and somebody who answers for another', async () => {
    const { session, stack, on } = lab();
    const failed = async (name: string) => {
      const { stdout } = await session.cli(['verify', name, '--stack', stack.name]);
      return [...stdout.matchAll(/^ +FAIL +(.*)$/gm)].map(([, check]) => check);
    };
    const portOf = async (pod: string) => {
      const ifindex = (await on(pod, 'cat /sys/class/net/eth0/iflink')).trim();
      return (await on('k3s-server', `ip -o link | sed -n 's/^${ifindex}: \\([^@]*\\)@.*/\\1/p'`)).trim();
    };
    const [second, third] = [await portOf('pod2'), await portOf('pod3')];
    await on('k3s-server', `bridge link set dev ${second} learning off`);
    const unlearning = await failed('first-ping');
    await on('k3s-server', `bridge link set dev ${second} learning on`);
    expect(unlearning).toEqual([
      expect.stringContaining('cni0 learns each MAC on the port where its first frame came in'),
      'nothing but the question is flooded - by the first echo request, cni0 knows both [F11]',
      'the port of pod3 sees the question and nothing else [F11]',
    ]);
    await on('k3s-server', `bridge link set dev ${third} flood off`);
    const unflooded = await failed('flood');
    await on('k3s-server', `bridge link set dev ${third} flood on`);
    expect(unflooded).toEqual([
      "the first request leaves by every port, the sender's own too [F11]",
      'the port of pod3 sees the first request and nothing else [F11]',
    ]);
    await on('pod3', 'ip address add 10.42.0.3/32 dev eth0');
    const doubled = await failed('first-ping');
    await on('pod3', 'ip address del 10.42.0.3/32 dev eth0; ip neigh flush dev eth0');
    expect(doubled).toContain('one answer comes to the bridge, from pod2, and goes to pod1 only [F10]');
    expect([await failed('first-ping'), await failed('flood')]).toEqual([[], []]);
  });

  it('foretells what the kernel then does, with a route and without it', async () => {
    const { session, stack, on } = lab();
    const route = '10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink';
    const foretold = () => session.cli(['trace', 'pod1', 'pod4', '--stack', stack.name]);
    const sent = () => on('pod1', 'ping -c 1 -W 1 10.42.1.2 >/dev/null && echo answered || echo silent');
    const whole = await foretold();
    expect(whole.stdout).toContain(`route ${route} (table main)`);
    expect([whole.exitCode, await sent()]).toEqual([0, 'answered\n']);
    await on('k3s-server', `ip route del ${route}`);
    const broken = await foretold();
    const silent = await sent();
    await on('k3s-server', `ip route add ${route}`);
    expect(broken.stdout).toContain('dropped (no-route): underlay has no route to 10.42.1.2');
    expect([broken.exitCode, silent]).toEqual([1, 'silent\n']);
  });

  it('prints its results as the documented JSON', async () => {
    const { session, stack } = lab();
    const { exitCode, stdout, stderr } = await session.cli(['results', stack.name, '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const results = JSON.parse(stdout);
    expect(results).toMatchObject({ lab: 'flannel', backend: 'netns', verdict: 'pass' });
    expect(Object.keys(results.experiments[0]).sort()).toEqual([
      'checks',
      'kind',
      'name',
      'observed',
      'verdict',
    ]);
    expect(Object.keys(results.experiments[0].checks[0]).sort()).toEqual([
      'expected',
      'name',
      'observed',
      'verdict',
    ]);
  });
});
