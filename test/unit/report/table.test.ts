// Tables keep every fact, on a wide terminal, a narrow one, and none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTable, visibleWidth } from '../../../infra/report/table.ts';

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

  it('never loses a cell and never passes the width while it is a table', () => {
    const cell = fc.stringMatching(/^[a-z0-9.:/@-]{1,24}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 10, max: 90 }),
        (cells, width) => {
          const text = renderTable(['ONE', 'TWO', 'THREE'], cells, { width });
          for (const value of cells.flat()) expect(text).toContain(value);
          if (text.startsWith('ONE ')) {
            for (const line of text.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});
