import { expect, it } from 'vitest';
import { checkpointSource } from '../../../infra/course/checkpoint/checkpoint-source.ts';

const of = (...students: readonly string[]) => ({ name: 'two', students });

it('is a student’s own state, where there is one', () => {
  expect(checkpointSource(of('ada', 'bob'), 'bob', undefined)).toBe('bob');
});

it('is that of the only one: a stage for everybody', () => {
  expect(checkpointSource(of('ada'), 'bob', undefined)).toBe('ada');
});

it('is not clear where several have one, and none of them is theirs', () => {
  expect(checkpointSource(of('ada', 'bob'), 'zoe', undefined)).toBeUndefined();
});

it('is whose it is said to be, if they have one', () => {
  expect(checkpointSource(of('ada', 'bob'), 'bob', 'ada')).toBe('ada');
  expect(checkpointSource(of('ada', 'bob'), 'bob', 'zoe')).toBeUndefined();
});
