import { describe, expect, it } from 'vitest';
import { standingOf, standingsCsv } from '../../../infra/course/standing.ts';

const lab = [{ name: 'routes' }, { name: 'ping' }];
const row = (student: string, state: 'up' | 'dead' = 'up') => ({ student, stack: `c-${student}`, state });

describe('how a student stands', () => {
  it('has the worst verdict, and counts what passes of all that the lab has', () => {
    const results = [{ name: 'routes', verdict: 'fail' as const }];
    expect(standingOf(row('s01'), lab, results, { faults: ['route-missing'], checkpoint: 'two' })).toEqual({
      ...row('s01'),
      checkpoint: 'two',
      verdict: 'fail',
      passed: 0,
      experiments: 2,
      verdicts: { routes: 'fail' },
      faults: ['route-missing'],
    });
  });

  it('has no verdict while nothing has been run', () => {
    expect(standingOf(row('s01'), lab, [], { faults: [] })).not.toHaveProperty('verdict');
  });

  it('is a row of a spreadsheet', () => {
    const one = standingOf(row('s01'), lab, [{ name: 'ping', verdict: 'pass' }], { faults: ['a', 'b'] });
    const other = standingOf(row('s02', 'dead'), lab, [], { faults: [], checkpoint: 'say "two", please' });
    expect(standingsCsv([one, other], ['routes', 'ping']).split('\r\n')).toEqual([
      'student,stack,state,checkpoint,verdict,passed,experiments,faults,routes,ping',
      's01,c-s01,up,,pass,1,2,a b,,pass',
      's02,c-s02,dead,"say ""two"", please",,0,2,,,',
      '',
    ]);
  });
});
