// How a person types a command of ours. Texts say it the way of npm, which always works in a checkout; whoever has begun
// with the bin reads the bin's name.

/** What the bin says it was called as; unset where npm has started us. */
const CALLED_AS = 'CNILAB_CALLED_AS';
/** `npm run -s lab -- <verb>`, and the verbs that have a script of their own in package.json. */
const THROUGH_NPM = /\bnpm run (?:-s )?(?:lab -- ?|(up|down|doctor)\b(?: --(?= |$))?)/g;

/** A text with its commands as they are to be typed by this person. */
export function asTyped(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const name = env[CALLED_AS];
  if (!name) return text;
  return text.replace(THROUGH_NPM, (_, verb?: string) =>
    verb === undefined ? `${name} ` : `${name} ${verb}`,
  );
}
