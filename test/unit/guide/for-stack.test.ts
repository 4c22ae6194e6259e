import { describe, expect, it } from 'vitest';
import { commandForStack, outputForLab } from '../../../infra/guide/for-stack.ts';
import { standsUpOrTakesDown } from '../../../infra/guide/play-guide.ts';

const named = { lab: 'kindnet', stack: 'table-3' };

describe('a command of a guide whose lab is up under another name', () => {
  it.each([
    ['npm run -s up', 'npm run -s up -- --stack table-3'],
    ['npm run -s up -- kindnet', 'npm run -s up -- kindnet --stack table-3'],
    ["npm run -s up -- kindnet | sed -n '1,4p'", "npm run -s up -- kindnet --stack table-3 | sed -n '1,4p'"],
    ['npm run -s down -- kindnet', 'npm run -s down -- kindnet --stack table-3'],
    ['export CNILAB_STACK=kindnet', 'export CNILAB_STACK=table-3'],
    ['npm run -s lab -- graph --stack kindnet', 'npm run -s lab -- graph --stack table-3'],
    [
      'npm run -s pulumi -- refresh --yes --stack kindnet --suppress-outputs',
      'npm run -s pulumi -- refresh --yes --stack table-3 --suppress-outputs',
    ],
    ['npm run -s lab -- results kindnet --json', 'npm run -s lab -- results table-3 --json'],
    ['jq . /tmp/kindnet.json', 'jq . /tmp/kindnet.json'],
    ['npm run -s lab -- exec minikube -- ip route', 'npm run -s lab -- exec minikube -- ip route'],
  ])('%s becomes %s', (command, typed) => {
    expect(commandForStack(command, named)).toBe(typed);
    expect(commandForStack(command, { lab: 'kindnet', stack: 'kindnet' })).toBe(command);
  });

  it('prints the name of the lab, and the place where a reader has it', () => {
    const output = 'Lab kindnet, stack table-3: pass\n  ../x/stacks/table-3/results/results.json\n';
    const shown =
      'Lab kindnet, stack kindnet: pass\n  ~/.local/state/cnilab/stacks/kindnet/results/results.json\n';
    expect(outputForLab(output, named)).toBe(shown);
  });
});

describe('standing up and taking down', () => {
  const is = (text: string) => standsUpOrTakesDown({ text, line: 1, output: [], shown: { from: 1, to: 1 } });

  it('is the first and the last step, and not an up in an exercise', () => {
    expect(['npm run -s up', 'npm run up -- flannel', 'npm run -s down -- kindnet'].map(is)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['npm run -s up -- kindnet | sed -n 1p', 'npm run -s lab -- verify'].map(is)).toEqual([
      false,
      false,
    ]);
    expect(is('npm run -s down -- --stack faults')).toBe(true);
  });
});
