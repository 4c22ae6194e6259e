import { describe, expect, it } from 'vitest';
import { parseGuide } from '../../../infra/guide/parse-guide.ts';
import { type Progress, scoreOf, stopOf } from '../../../infra/guide/progress.ts';
import { findSection, preparations, stopsOf } from '../../../infra/guide/stops.ts';

const guide = parseGuide(`# T

Before.

## 0. Up

\`\`\`console
$ npm run -s up
$ export CNILAB_STACK=x
\`\`\`

Text.

> **Question.** Why?

<details><summary>Answer</summary>

So.

</details>

## 1. Links and routes

\`\`\`console
$ npm run -s lab -- results --json > /tmp/x.json
$ N=$(echo 3); echo $N
$ npm run -s lab -- exec n1 -- ip route del default
\`\`\`

## Routes

> **Check.** \`routes\`

Last words.
`);
const stops = stopsOf(guide);

describe('the stops of a guide', () => {
  it('are its commands, questions and checks, with what is to be read before each, and the ends of sections', () => {
    const told = stops.map(
      (stop) => `${stop.section}.${stop.nth} ${stop.kind} ${JSON.stringify(stop.markdown.trim())}`,
    );
    expect(told).toEqual([
      '0.0 end "Before."',
      '1.0 command ""',
      '1.1 command ""',
      '1.2 question "Text."',
      '1.3 end ""',
      '2.0 command ""',
      '2.1 command ""',
      '2.2 command ""',
      '2.3 end ""',
      '3.0 check ""',
      '3.1 end "Last words."',
    ]);
  });

  it('prepare a new shell with variables and files, and with nothing that changes the lab', () => {
    expect(preparations(stops, stops.length)).toEqual([
      'export CNILAB_STACK=x',
      'npm run -s lab -- results --json > /tmp/x.json',
      'N=$(echo 3); echo $N',
    ]);
    expect(preparations(stops, 2)).toEqual([]);
  });

  it('are found by a number or by a word of one title only', () => {
    expect(
      ['0', '1', 'links', 'up', 'routes', '7', 'nothing'].map((word) => findSection(guide, word)),
    ).toEqual([...[1, 2, 2, 1, undefined, undefined, undefined]]);
  });

  it('are found again in a guide that was edited meanwhile', () => {
    const at = (section: string, nth: number) =>
      stopOf(guide, stops, { guide: '', section, nth, answers: {}, updatedAt: '' } satisfies Progress);
    expect([at('1. Links and routes', 1), at('1. Links and routes', 99), at('gone', 0)]).toEqual([6, 5, 0]);
  });

  it('count what was answered rightly', () => {
    const answers = { '0. Up #2': 'right', 'Routes #0': 'shown' } as const;
    expect(scoreOf(guide, stops, { answers: {} })).toEqual({ right: 0, all: 2 });
    expect(scoreOf(guide, stops, { answers: { 'Routes #0': 'shown' } })).toEqual({ right: 0, all: 2 });
    expect(scoreOf(guide, stops, { answers })).toEqual({ right: 1, all: 2 });
  });
});
