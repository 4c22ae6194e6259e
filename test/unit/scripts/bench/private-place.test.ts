// What the benchmark leaves on a machine: nothing, whatever a step has put beside its handles.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { ClusterHandle } from '../../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';
import { closePlace, openPlace } from '../../../../scripts/bench/private-place.ts';

it('takes its labs down though a directory and a handle that is cut off lie beside their handles', async () => {
  const place = await openPlace();
  const { handles, directory } = place;
  let handle: ClusterHandle | undefined;
  try {
    handle = await netnsBackend.createCluster(
      {
        ...{ stack: place.stack('kindnet'), lab: 'kindnet', isolation: 'auto' },
        underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
        nodes: [{ name: 'n1', role: 'control-plane', address: '192.168.49.2', podCIDR: '10.244.0.0/24' }],
      },
      (made) => writeFile(path.join(handles, `${made.id}.json`), JSON.stringify(made)),
      { signal: new AbortController().signal },
    );
    await netnsBackend.disconnect(handle);
    await mkdir(path.join(handles, 'captures'));
    await writeFile(path.join(handles, 'cut-off.json'), '{"id":"x",');
    expect(await netnsBackend.isAlive(handle)).toBe(true);
  } finally {
    await closePlace(place);
  }
  expect(handle && (await netnsBackend.isAlive(handle))).toBe(false);
  expect(existsSync(directory)).toBe(false);
});
