import { describe, expect, it } from 'vitest';
import { commandForStack, outputForLab } from '../../../infra/guide/for-stack.ts';
import { parseGuide } from '../../../infra/guide/parse-guide.ts';
import { ownUpAndDown } from '../../../infra/guide/play-guide.ts';

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
  const of = (...commands: readonly string[]) => {
    const { up, down } = ownUpAndDown(parseGuide(`\`\`\`console\n$ ${commands.join('\n$ ')}\n\`\`\``));
    return [up?.text, down?.text];
  };

  it.each([
    ['npm run -s up', 'npm run -s down -- kindnet'],
    ['npm run up -- flannel', 'npm run -s down -- --stack faults'],
  ])('are the first command, %s, and the last, %s', (up, down) => {
    expect(of(up, 'npm run -s lab -- verify', down)).toEqual([up, down]);
  });

  it('are neither an up whose output is cut short, nor what an exercise does in between', () => {
    expect(of('npm run -s up -- kindnet | sed -n 1p', 'ip route')).toEqual([undefined, undefined]);
    expect(of('ip route', 'npm run -s up -- mesh', 'npm run -s down', 'ls')).toEqual([undefined, undefined]);
    expect(of('npm run -s up -- mesh', 'ip route', 'npm run -s up -- mesh')).toEqual([
      'npm run -s up -- mesh',
      undefined,
    ]);
  });

  it('are not what is for a reader alone', () => {
    const guide = parseGuide('<!-- guide: by-hand -->\n```console\n$ npm run -s up\n```');
    expect(ownUpAndDown(guide).up).toBeUndefined();
  });
});
