import { expect, it } from 'vitest';
import { parseEchoes } from '../../../../infra/experiments/mesh/parse-echoes.ts';

it('tells answers, their TTLs and times, and refusals by their names', () => {
  const stdout = [
    'reply 0 0 63 412 0a2a0102',
    'reply 1 0 64 87 0a2a0102',
    'reply 1 0 64 - 0a2a0109',
    'error 0 1 0a2a0001 type 3 code 1',
    'error 1 1 0a2a0001 type 3 code 1',
    'error 0 2 Network is unreachable',
    'reply 0 3 - 1300 fd000000000000000000000000000002',
    'error 1 3 fd000000000000000000000000000001 type 1 code 0',
    'error 0 4 0a2a0001 type 40 code 2',
    '',
  ].join('\n');
  const none = { received: 0, duplicates: 0, ttls: [], answeredBy: [] };
  expect(parseEchoes(stdout, ['10.42.1.2', '10.42.1.3', '10.99.0.1', 'fd00::2', '10.42.1.4'])).toEqual([
    { received: 2, duplicates: 1, ttls: [63, 64], rttMs: 0.087, answeredBy: ['10.42.1.9'], errors: [] },
    { ...none, errors: ['From 10.42.0.1: Destination Host Unreachable'] },
    { ...none, errors: ['Network is unreachable'] },
    { ...none, received: 1, rttMs: 1.3, errors: ['From fd00::1: Destination unreachable: No route'] },
    { ...none, errors: ['From 10.42.0.1: ICMP type 40 code 2'] },
  ]);
});
