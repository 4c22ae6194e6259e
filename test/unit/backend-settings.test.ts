// What is said of a backend beside the lab file: by the stack's config, and below it by the environment.
import { expect, test } from 'vitest';
import { backendSettings } from '../../infra/backend-settings.ts';

const object = (value: unknown) => ({ 'cnilab:kind': JSON.stringify(value) });

test.each([
  ['nothing', {}, {}, undefined],
  ['an object', object({ image: 'a:1' }), {}, { image: 'a:1' }],
  [
    'what the engine takes for a number or a boolean',
    object({ nodes: 3, quiet: true }),
    {},
    { nodes: '3', quiet: 'true' },
  ],
  ['settings of another backend', { 'cnilab:k3s': '{"token":"x"}' }, { CNILAB_K3S_TOKEN: 'x' }, undefined],
  [
    'the environment, in upper snake case',
    {},
    { CNILAB_KIND_IMAGE: 'a:1', CNILAB_KIND_KUBERNETES_VERSION: '1.34', CNILAB_KINDLY: 'x' },
    { image: 'a:1', kubernetesVersion: '1.34' },
  ],
  ['config before the environment', object({ image: 'b:2' }), { CNILAB_KIND_IMAGE: 'a:1' }, { image: 'b:2' }],
  ['an empty variable', {}, { CNILAB_KIND_IMAGE: '', CNILAB_KIND_: 'x' }, undefined],
  [
    'an empty text, which takes back what the environment says',
    object({ image: '' }),
    { CNILAB_KIND_IMAGE: 'a:1' },
    undefined,
  ],
  ['an empty text of the whole', { 'cnilab:kind': '' }, {}, undefined],
] as const)('%s', (_, config, env, settings) => {
  expect(backendSettings('kind', config, env)?.settings).toEqual(settings);
});

test('a secret of the stack stays one', () => {
  const secret = (keys: readonly string[]) =>
    backendSettings('kind', object({ image: 'a:1' }), { PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(keys) })
      ?.secret;
  expect([secret(['cnilab:kind']), secret(['cnilab:k3s']), secret([])]).toEqual([true, false, false]);
});

test.each([
  [
    'a flat key, which nobody would look at',
    { 'cnilab:kind.image': 'a:1' },
    /^cnilab:kind\.image is one flat key .*\npulumi config rm cnilab:kind\.image, then: pulumi config set --path cnilab:kind\.image <value>$/,
  ],
  ['a text', { 'cnilab:kind': 'a:1' }, /^cnilab:kind in the stack's config must be an object of settings\n/],
  ['a list', object(['a']), /^cnilab:kind in the stack's config must be an object of settings\n/],
  [
    'an object in an object',
    object({ image: { name: 'a' } }),
    /^cnilab:kind\.image in the stack's config must be a text$/,
  ],
])('%s is refused', (_, config, message) => {
  expect(() => backendSettings('kind', config as Record<string, string>, {})).toThrow(message);
});
