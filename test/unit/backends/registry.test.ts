import { expect, test } from 'vitest';
import { backendNames, backendTraits, loadBackend } from '../../../infra/backends/registry.ts';

test.each(backendNames())(
  '%s is one for all of a process, with the connections that it keeps',
  async (name) => {
    const [one, other] = await Promise.all([loadBackend(name), loadBackend(name)]);
    expect(one.name).toBe(name);
    expect(other).toBe(one);
    expect(await loadBackend(name)).toBe(one);
  },
);

test('of a backend that is not there nothing special is said, and what there is is told when it is asked for', async () => {
  expect(backendTraits('none')).toEqual({ kubernetes: false, machines: false, foreign: false, grows: true });
  await expect(loadBackend('none')).rejects.toThrow('there is no backend "none"; there is: netns, kind');
});
