import { expect, it } from 'vitest';
import { compareOutput } from '../../../infra/guide/compare-output.ts';
import { blocksOf } from '../../../infra/guide/guide.ts';
import { parseGuide } from '../../../infra/guide/parse-guide.ts';
import { writeOutputs } from '../../../infra/guide/write-outputs.ts';

const GUIDE = `# T

\`\`\`console
$ one
old
older
$ two
$ three
a
…
last of veth00000001
\`\`\`

- list

  \`\`\`console
  $ four
  was
  \`\`\`

<!-- guide: by-hand -->
\`\`\`console
$ five
stays
\`\`\`
`;

it('puts new output in place of old, indented as the block is, and leaves all else as it was', () => {
  const printed: Readonly<Record<string, readonly string[]>> = {
    one: ['new'],
    two: ['first', '', 'second'],
    three: ['a', 'b', 'c', 'last of veth00000002'],
    four: ['is', '', 'here'],
  };
  const played = blocksOf(parseGuide(GUIDE)).flatMap((block) =>
    block.commands.flatMap((command) => {
      const lines = printed[command.text];
      if (!lines) return [];
      return [
        {
          command,
          block,
          printed: lines,
          exitCode: 0,
          stopped: false,
          difference: compareOutput(command, lines),
        },
      ];
    }),
  );
  expect(writeOutputs(GUIDE, played)).toBe(
    GUIDE.replace('old\nolder', 'new')
      .replace('$ two\n', '$ two\nfirst\n\nsecond\n')
      .replace('veth00000001', 'veth00000002')
      .replace('  was\n', '  is\n\n  here\n'),
  );
});
