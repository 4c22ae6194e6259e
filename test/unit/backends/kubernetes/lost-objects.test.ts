import { expect, test } from 'vitest';
import { lostObjects } from '../../../../infra/backends/kubernetes/lost-objects.ts';

const object = (kind: string, name: string) => ({ apiVersion: 'v1', kind, metadata: { name } });

test('what the cluster does not have, in the order of what it should have', async () => {
  const wanted = [
    object('Namespace', 'a'),
    object('Pod', 'b'),
    object('Deployment', 'b'),
    object('Pod', 'c'),
  ];
  const get = async ({
    kind,
    metadata,
  }: {
    readonly kind: string;
    readonly metadata: { readonly name: string };
  }) => (kind === 'Deployment' || metadata.name === 'a' ? object(kind, metadata.name) : undefined);
  const lost = await lostObjects({ get }, wanted);
  expect(lost).toEqual([wanted[1], wanted[3]]);
});
