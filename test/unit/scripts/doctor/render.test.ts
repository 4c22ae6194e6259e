import { expect, test } from 'vitest';
import { type Check, ready } from '../../../../scripts/doctor/check.ts';
import { pluginVersion } from '../../../../scripts/doctor/programs.ts';
import { renderChecks } from '../../../../scripts/doctor/render.ts';

const ip: Check = {
  need: 'ip',
  use: 'links',
  required: true,
  found: true,
  version: '6.1.0',
  from: '/usr/sbin/ip',
};
const tcpdump: Check = {
  need: 'tcpdump',
  use: 'captures',
  required: true,
  found: false,
  advice: 'sudo apk add tcpdump',
};
const git: Check = { need: 'git', use: 'cloning', required: false, found: false };

test('the table says what is missing and what to do about it', () => {
  expect(renderChecks([ip, tcpdump, git])).toMatchInlineSnapshot(`
    "need     found          version  where         for
    ip       yes            6.1.0    /usr/sbin/ip  links
    tcpdump  NO             -        -             captures
    git      no (optional)  -        -             cloning

    What to do
      tcpdump: sudo apk add tcpdump

    Missing: tcpdump"
  `);
});

test('only what is required decides', () => {
  expect(ready([ip, git])).toBe(true);
  expect(ready([ip, tcpdump])).toBe(false);
  expect(renderChecks([ip, git])).toContain('Everything that is needed is here.');
});

test('a plugin that was packaged without its version still says which specification it knows', () => {
  const spec = 'CNI protocol versions supported: 0.3.1, 0.4.0, 1.0.0';
  expect(pluginVersion(`CNI ptp plugin version unknown\n${spec}`)).toBe('CNI 1.0.0');
  expect(pluginVersion(`CNI ptp plugin v1.9.1\n`)).toBeUndefined();
  expect(pluginVersion(`CNI ptp plugin version v1.9.1\n${spec}, 1.1.0`)).toBe('v1.9.1, CNI 1.1.0');
});
