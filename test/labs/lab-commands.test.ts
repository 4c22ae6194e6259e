// What a lab file can have run, it has run in the lab: nothing of it comes to be on the machine.
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliLab, CliLabs } from '../support/cli-labs.ts';

/** Each place of a lab file from where something is run. */
const PLACES = ['before', 'cleanup', 'container', 'plugin', 'step', 'traffic'] as const;

let labs: CliLabs;
let lab: CliLab;
/** On the machine, open to everybody, and to be seen in the lab. */
let open: string;

/** Leaves a file in the lab, and one on the machine if it can. */
const mark = (place: (typeof PLACES)[number]) =>
  `touch ${open}/${place} 2> /dev/null; touch /lab/ran-${place}`;
const command = (place: (typeof PLACES)[number], then = 'true') =>
  JSON.stringify(['sh', '-c', `${mark(place)}; ${then}`]);

beforeAll(async () => {
  labs = await CliLabs.open();
  lab = await labs.lab('commands', { yaml: '' });
  // Plugins are the machine's: their directory is seen in the lab.
  open = path.join(lab.plugins, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  const conflist = { cniVersion: '1.0.0', name: 'own', plugins: [{ type: 'own-plugin' }] };
  await lab.write({
    yaml: `
cluster: { nodes: [{ name: n1 }] }
network: { type: conflist, podCIDR: 10.9.0.0/16, configs: configs }
workloads: [{ name: p, kind: pod, containers: [{ name: main, command: ${command('container', 'exec sleep infinity')} }] }]
experiments:
  - name: done
    kind: exec
    steps: [{ in: p, command: ${command('step')} }]
    cleanup: [{ in: p/main, command: ${command('cleanup')} }]
  - name: heard
    kind: capture
    taps: [{ name: tap, at: n1, dev: lo }]
    before: [{ in: n1, command: ${command('before')} }]
    traffic: { in: n1, command: ${command('traffic')} }
    checks: [{ name: it was run, select: traffic.exitCode, expect: 0 }]
`,
    configs: { '10-own.conflist': JSON.stringify(conflist) },
  });
  lab.installPlugin('stand-in-recorder', 'own-plugin');
  const plugin = path.join(lab.plugins, 'own-plugin');
  writeFileSync(
    plugin,
    `#!/bin/sh\n${mark('plugin')}\n. "\${0%/*}/record.sh"\n[ "$CNI_COMMAND" != ADD ] || result\n`,
  );
  const { exitCode, stdout, stderr } = await lab.up();
  expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' });
});

afterAll(async () => {
  await lab?.down();
  await labs?.close();
});

describe('a lab file', () => {
  it('has everything run in the lab, and nothing on the machine', async () => {
    const { stdout } = await lab.run(['exec', 'n1', '--stack', lab.stack, '--', 'ls', '/lab']);
    const ran = [...stdout.matchAll(/^ran-(\w+)$/gm)].map(([, place]) => place);
    expect(ran.sort()).toEqual(PLACES);
    expect(readdirSync(open)).toEqual([]);
  });

  it.each(['backend: existing\n', 'isolation: root\n'])(
    'does not choose where it is run: %j',
    async (key) => {
      const other = await labs.lab('choosing', {
        yaml: `cluster: { nodes: [{ name: n1 }] }\nnetwork: { type: kindnet, podCIDR: 10.9.0.0/16 }\n${key}`,
      });
      const { exitCode, stderr } = await other.run(['validate', other.file]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: expect.stringContaining(`unknown key "${key.split(':')[0]}"`),
      });
    },
  );
});
