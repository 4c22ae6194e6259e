import { describe, expect, it } from 'vitest';
import { asTyped } from '../../../scripts/cli/spelling.ts';

const TEXT = [
  'npm run -s lab -- exec web-1 -- ip route',
  'npm run lab -- list',
  'npm run up -- kindnet --stack x   builds it again',
  'npm run up stands one up, npm run down -- --all takes all down',
  'npm run doctor shows what is missing',
  'npm run pulumi -- refresh',
].join('\n');

describe('commands in texts', () => {
  it('are npm’s where npm was used', () => {
    expect(asTyped(TEXT, {})).toBe(TEXT);
  });

  it.each(['cnilab', 'npx cnilab'])('are those of %s where it was used', (name) => {
    expect(asTyped(TEXT, { CNILAB_CALLED_AS: name })).toBe(
      [
        `${name} exec web-1 -- ip route`,
        `${name} list`,
        `${name} up kindnet --stack x   builds it again`,
        `${name} up stands one up, ${name} down --all takes all down`,
        `${name} doctor shows what is missing`,
        'npm run pulumi -- refresh',
      ].join('\n'),
    );
  });
});
