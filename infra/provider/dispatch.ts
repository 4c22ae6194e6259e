// Type token → handler.
import type { Handler } from './handler.ts';
import { clusterHandler } from './handlers/cluster.ts';
import { experimentHandler } from './handlers/experiment.ts';
import { networkHandler } from './handlers/network.ts';
import { verdictHandler } from './handlers/verdict.ts';
import { workloadHandler } from './handlers/workload.ts';

// biome-ignore lint/suspicious/noExplicitAny: each handler has its own data; the token alone decides which
const handlers: Readonly<Record<string, Handler<any, any>>> = {
  'cnilab:index:Cluster': clusterHandler,
  'cnilab:index:Network': networkHandler,
  'cnilab:index:Workload': workloadHandler,
  'cnilab:index:Experiment': experimentHandler,
  'cnilab:index:Verdict': verdictHandler,
};

/** The handler for a resource, from the type in its URN (urn:pulumi:stack::project::parent$type::name). */
export function handlerOf(urn: string) {
  const token = urn.split('::')[2]?.split('$').at(-1) ?? '';
  const handler = handlers[token];
  if (!handler) throw new Error(`this provider has no resource type ${token}`);
  return handler;
}
