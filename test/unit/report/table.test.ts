// Tables keep every fact, on a wide terminal, a narrow one, and none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbers, renderTable } from '../../../infra/report/table.ts';
import { visibleWidth } from '../../../infra/report/wrap.ts';

const rows = [
  ['pod-to-pod-1', '10.244.0.2', 1],
  ['web', undefined, 12],
];

describe('renderTable', () => {
  it('lines up its columns', () => {
    expect(
      renderTable(['POD', 'ADDRESS', { header: 'CONTAINERS', align: 'right' }], rows, { indent: 2 }),
    ).toBe(
      [
        '  POD           ADDRESS     CONTAINERS',
        '  pod-to-pod-1  10.244.0.2           1',
        '  web           -                   12',
      ].join('\n'),
    );
  });

  it('becomes blocks where the terminal is too narrow', () => {
    expect(renderTable(['POD', 'ADDRESS', 'CONTAINERS'], rows, { width: 30 })).toBe(
      [
        'POD:        pod-to-pod-1',
        'ADDRESS:    10.244.0.2',
        'CONTAINERS: 1',
        '',
        'POD:        web',
        'ADDRESS:    -',
        'CONTAINERS: 12',
      ].join('\n'),
    );
  });

  it('breaks the longest texts between words where the terminal is narrower', () => {
    const titles = [
      ['pass', 'cluster', 'The nodes and the pods on them', '5/5'],
      ['FAIL', 'cni-config', 'The CNI configuration directory', '8/8'],
    ];
    expect(renderTable(['VERDICT', 'EXPERIMENT', 'TITLE', numbers('CHECKS')], titles, { width: 50 })).toBe(
      [
        'VERDICT  EXPERIMENT  TITLE                  CHECKS',
        'pass     cluster     The nodes and the         5/5',
        '                     pods on them',
        'FAIL     cni-config  The CNI configuration     8/8',
        '                     directory',
      ].join('\n'),
    );
  });

  it('moves to the right what is broken off a line of several', () => {
    const why = 'source address 10.244.1.2\nroute default via 10.244.1.1 dev eth0 (table main)';
    expect(renderTable(['#', 'WHY'], [[1, why]], { width: 30 })).toBe(
      [
        '#  WHY',
        '1  source address 10.244.1.2',
        '   route default via',
        '     10.244.1.1 dev eth0',
        '     (table main)',
      ].join('\n'),
    );
  });

  it('breaks the values of blocks between words too', () => {
    const long = ['a', 'x'.repeat(24), 'one two three four'];
    expect(renderTable(['A', 'B', 'C'], [long], { width: 18 })).toBe(
      ['A: a', `B: ${'x'.repeat(24)}`, 'C: one two three', '   four'].join('\n'),
    );
  });

  it('gives a cell of two lines two lines', () => {
    expect(renderTable(['NEED', 'WHAT TO DO'], [['ping', 'install it:\napt install iputils-ping']])).toBe(
      ['NEED  WHAT TO DO', 'ping  install it:', '      apt install iputils-ping'].join('\n'),
    );
  });

  it('prints its header alone when there are no rows', () => {
    expect(renderTable(['POD', 'NODE'], [])).toBe('POD  NODE');
  });

  it('is not put out of line by colours', () => {
    const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
    const [, first, second] = renderTable(
      ['A', 'B'],
      [
        [red('long'), 'x'],
        ['s', 'y'],
      ],
    ).split('\n');
    expect(visibleWidth(first ?? '')).toBe(visibleWidth(second ?? ''));
  });

  it('never loses a word, breaks none, and never passes the width while it is a table', () => {
    const cell = fc.stringMatching(/^[a-z0-9.:/@-]{1,24}( [a-z0-9.:/@-]{1,24}){0,3}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 10, max: 90 }),
        (cells, width) => {
          const text = renderTable(['ONE', 'TWO', 'THREE'], cells, { width });
          const words = text.split(/\s+/);
          for (const value of cells.flat()) expect(words).toEqual(expect.arrayContaining(value.split(' ')));
          if (text.startsWith('ONE ')) {
            for (const line of text.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});
