// Where `pulumi` enters. Plain JavaScript, so that a Node that is too old can still say so.
import { createRequire } from 'node:module';

const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  console.error(
    `cnilab needs Node ${NEEDED} or newer, and the \`node\` on your PATH is ${process.version}.\n` +
      'Use `npm run pulumi -- <arguments>`: it always works, with the Node that the set-up brought along.\n' +
      'Or put a newer Node first on your PATH, such as node_modules/.bin of this checkout.',
  );
  // The language host takes 32 for "the user has been told": it adds nothing.
  process.exit(32);
}

// The SDK has every line of every stack looked up in source maps, and takes several stacks for each resource. Node's own
// lines are right: it strips types in place.
Reflect.deleteProperty(Error, 'prepareStackTrace');

// It also sends the engine three debug messages for each resource, one after the other, each a call that the program's end
// waits for. Nobody reads them: what the engine did with a resource is in its own events.
createRequire(import.meta.url)('@pulumi/pulumi/log').debug = () => Promise.resolve();

const { default: program } = await import('./main.ts');
export default program;
