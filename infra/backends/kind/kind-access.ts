// How a process gets onto a kind node: it is a container, privileged, with the node's own files.

import { findTool } from '../../util/tools.ts';
import { hasTerminal } from '../kubernetes/has-terminal.ts';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import { addressOf, environmentFor } from './find-runtime.ts';
import type { KindFacts } from './kind-facts.ts';

/**
 * A process that is entered outlives a client that is killed: the runtime tells it nothing but the end of its standard
 * input (https://github.com/moby/moby/issues/9098).
 */
export function kindAccess(facts: KindFacts): NodeAccess {
  const exec = [findTool(facts.runtime) ?? facts.runtime, 'exec'];
  return {
    name: `${facts.runtime} exec`,
    enter: (node, argv) => ({ argv: [...exec, '-i', node, ...argv], env: addressOf(facts) }),
    shell(node, argv) {
      const terminal = hasTerminal() ? ['-t'] : [];
      return { argv: [...exec, '-i', ...terminal, node, ...argv], env: environmentFor(facts) };
    },
  };
}
