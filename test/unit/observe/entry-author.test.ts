import { expect, test } from 'vitest';
import { isLearnedEntry, putThereBy } from '../../../infra/observe/entry-author.ts';

const mac = '0e:00:00:00:00:02';

test('the kernel has learned what has no flag of somebody’s, and is no group', () => {
  expect(isLearnedEntry({ mac, flags: [] })).toBe(true);
  expect(isLearnedEntry({ mac, flags: ['self'] })).toBe(true);
  for (const flag of ['permanent', 'static', 'extern_learn', 'sticky', 'offload']) {
    expect(isLearnedEntry({ mac, flags: ['self', flag] })).toBe(false);
  }
  expect(isLearnedEntry({ mac: '33:33:00:00:00:01', flags: [] })).toBe(false);
});

test('who put the others there is known by the device at most', () => {
  expect(putThereBy('flannel.1')).toBe('put there by flannel or by hand');
  expect(putThereBy('vxlan0')).toBe('put there by a program or by hand');
  expect(putThereBy(undefined)).toBe('put there by a program or by hand');
});
