import { expect, it } from 'vitest';
import { describeLab } from '../support/describe-lab.ts';

const claims = ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9'];
const deleteRoute = ['kind-control-plane', 'ip -6 route del fd00:10:244:1::/64'] as const;

describeLab('dual-stack', { claims, deleteRoute }, (lab) => {
  it('asks no pod to wait: a ping over IPv6 is answered as soon as the pod stands', async () => {
    const { on } = lab();
    expect(await on('web-1', 'ping -c 1 -W 1 fd00:10:244::2')).toContain('1 received');
    expect(await on('web-1', 'ip -6 address show tentative')).toBe('');
  });

  it('is silent while nobody sends: no router solicitation, no listener report, no detection of duplicates', async () => {
    const heard = await lab().on(
      'web-3',
      `cd /run; tcpdump -ln --immediate-mode -i eth0 icmp6 > heard 2> said & listener=$!
       until grep -q listening said; do sleep 0.05; done
       ping -c 2 -i 2 -W 1 fd00:10:244:1::1 > answers; kill -INT $listener; wait; cat heard; rm heard said answers`,
    );
    // The two pings show that it listens.
    expect(heard.match(/echo request/g)).toHaveLength(2);
    expect(heard).not.toMatch(/router solicitation|router advertisement|listener|who has fe80::\S+ .* ::/);
  });
});
