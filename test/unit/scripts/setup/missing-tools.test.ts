import { expect, test } from 'vitest';
import { missingMessage, packagesFor } from '../../../../scripts/setup/ensure-system.ts';
import { locate, SYSTEM_TOOLS } from '../../../../scripts/setup/system-tools.ts';

const some = SYSTEM_TOOLS.filter(({ name }) => ['ip', 'bridge', 'ping'].includes(name));

test('a package that has several tools is asked for once', () => {
  expect(packagesFor('debian', some, ['ptp', 'bridge'])).toEqual([
    'iproute2',
    'iputils-ping',
    'containernetworking-plugins',
  ]);
});

test('an ordinary user gets one message: what is missing, what for, and the command', () => {
  const fedora = { name: 'Fedora Linux 42', family: 'fedora' as const };
  expect(missingMessage(some, ['ptp'], fedora, false)).toMatchInlineSnapshot(`
    "this machine lacks tools: ip (links, addresses, routes), bridge (forwarding databases), ping (traffic); CNI plugins: ptp.
    On Fedora Linux 42 this installs them, then run this again:

      sudo dnf install -y iproute iputils containernetworking-plugins
    "
  `);
});

test('on an unknown distribution the message still names the packages', () => {
  expect(missingMessage(some, [], { name: 'Plan 9', family: undefined }, true)).toContain('iputils');
});

test('every tool that the machine of these tests was set up with is located', () => {
  expect(SYSTEM_TOOLS.filter((tool) => locate(tool) === undefined).map(({ name }) => name)).toEqual([]);
});
