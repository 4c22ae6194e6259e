// A guide speaks of its lab under the lab's own name; here it is told, and heard, of the stack that is meant. Pure.

export interface NamedStack {
  readonly lab: string;
  readonly stack: string;
}

/** A command of the guide as it must be typed when the lab is up under another name. */
export function commandForStack(command: string, { lab, stack }: NamedStack): string {
  if (lab === stack) return command;
  const word = escaped(lab);
  return command
    .replaceAll(new RegExp(`(--stack |CNILAB_STACK=)${word}(?![\\w-])`, 'g'), `$1${stack}`)
    .replaceAll(new RegExp(`(npm run -s lab -- results )${word}(?![\\w-])`, 'g'), `$1${stack}`)
    .replaceAll(/(npm run (?:-s )?(?:up|down))( -- [^|;&)]*)?/g, (_, run: string, args = ' -- ') => {
      const rest = String(args);
      return rest.includes('--stack') ? `${run}${rest}` : `${run}${rest.trimEnd()} --stack ${stack} `;
    })
    .trimEnd();
}

/** Where an ordinary reader's labs are kept. */
const USUAL_STATE = '~/.local/state/cnilab';

/** What was printed, as the lab's own name and a reader's usual state directory would have it. */
export function outputForLab(output: string, { lab, stack }: NamedStack): string {
  const usual = output.replaceAll(new RegExp(`\\S+(?=/stacks/${escaped(stack)}/)`, 'g'), USUAL_STATE);
  if (lab === stack) return usual;
  return usual.replaceAll(new RegExp(`(?<![\\w-])${escaped(stack)}(?![\\w-])`, 'g'), lab);
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
