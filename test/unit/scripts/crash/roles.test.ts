import { expect, test } from 'vitest';
import { roleOf } from '../../../../scripts/crash/roles.ts';

test.each([
  ['command', '/x/bin/node /x/scripts/cnilab.ts up /tmp/lab.yaml --stack s'],
  ['engine', 'pulumi up --yes --stack s'],
  ['language host', '/cache/bin/pulumi-language-nodejs -root=/x 127.0.0.1:4000'],
  [
    'program',
    '/x/bin/node /x/node_modules/@pulumi/pulumi/cmd/run/index.js --monitor 127.0.0.1:1 infra/main.ts',
  ],
  ['provider', '/x/bin/node /x/infra/provider/main.ts 127.0.0.1:4000'],
  ['agent', 'perl|-e|eval delete $ENV{LAB_AGENT}; die $@|clone=1'],
  ['holder', '/bin/sh|-c|eval "$LAB_SANDBOX"|cnilab-sandbox'],
  ['plugin', '/usr/lib/cni/ptp'],
  ['plugin', '/bin/sh /lane/plugins/ptp'],
  ['tcpdump', 'tcpdump -i eth0'],
  [undefined, 'sleep infinity'],
  [undefined, '/bin/sh|-c|eval "$LAB_KEEPER"|cnilab-keeper'],
  [undefined, 'bridge -j fdb'],
])('%s: %s', (role, line) => {
  const argv = line.split(line.includes('|') ? '|' : ' ');
  expect(roleOf(argv, ['/usr/lib/cni', '/lane/plugins'])).toBe(role);
});
