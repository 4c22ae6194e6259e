import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Check, ready } from '../../../../scripts/doctor/check.ts';
import { checkClusters } from '../../../../scripts/doctor/clusters.ts';
import { KindMachine } from '../../../support/stand-in-kind.ts';

let machine: KindMachine;

beforeEach(() => {
  machine = new KindMachine();
  for (const name of Object.keys(process.env)) if (name.startsWith('CNILAB_KIND_')) delete process.env[name];
});

afterEach(() => machine.end());

const row = (checks: readonly Check[], need: string) => checks.find((check) => check.need === need);

test('every backend that is Kubernetes has a row, and none is ever required', async () => {
  const checks = await checkClusters();
  expect(checks.map(({ need }) => need)).toEqual([
    ...['backend kind', 'backend minikube', 'backend k3s', 'backend existing'],
    ...["kind's node image", 'kubectl'],
  ]);
  expect(ready(checks)).toBe(true);
  expect(row(checks, 'backend kind')).toMatchObject({
    found: true,
    version: '0.33.0',
    from: `${machine.dir}/bin/kind`,
    use: expect.stringContaining('npm run test:kind'),
  });
});

test('a daemon that does not answer is one line with what to do, and no word of images', async () => {
  machine.set('fail-ps', 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?');
  const checks = await checkClusters();
  expect(row(checks, 'backend kind')).toMatchObject({
    found: false,
    version: '0.33.0',
    advice: expect.stringMatching(/does not answer.*: .+$/),
  });
  expect(row(checks, "kind's node image")).toBeUndefined();
  for (const { advice = '' } of checks) expect(advice).not.toContain('\n');
});

test('a setting of the environment that no backend takes is told by its variable', async () => {
  process.env.CNILAB_KIND_PROVIDER = 'dokcer';
  expect(row(await checkClusters(), 'backend kind')).toMatchObject({
    found: false,
    advice:
      'CNILAB_KIND_PROVIDER: setting provider of backend kind cannot be "dokcer": did you mean "docker"?',
  });
});

test('the image that the environment names is there, or will be pulled', async () => {
  process.env.CNILAB_KIND_KUBERNETES_VERSION = '1.34.4';
  expect(row(await checkClusters(), "kind's node image")).toMatchObject({
    found: false,
    from: 'kindest/node:v1.34.4: kind pulls it',
  });
  machine.set('images', 'kindest/node:v1.34.4\n');
  expect(row(await checkClusters(), "kind's node image")).toMatchObject({
    found: true,
    from: 'kindest/node:v1.34.4',
  });
});
