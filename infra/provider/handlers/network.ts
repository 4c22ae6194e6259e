// cnilab:index:Network: CNI configuration on every node, and how the nodes reach each other's pods.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ClusterHandle } from '../../backends/backend.ts';
import type { LabNetwork, LabNode } from '../../lab/lab.ts';
import { updateRecord } from '../../state/stack-store.ts';
import { checkInputs } from '../check-inputs.ts';
import type { Change, Handler } from '../handler.ts';
import { messageOf, PartialFailure } from '../partial-failure.ts';
import { propertyDiff } from '../property-diff.ts';
import { handle, named, network as networkShape, node } from '../schemas.ts';
import { tellDrift } from '../tell-drift.ts';

export interface NetworkInputs {
  readonly clusterHandle: ClusterHandle;
  readonly nodes: readonly LabNode[];
  readonly network: LabNetwork;
  /** What a pod's wiring depends on, hashed: pods of another revision are wired anew. */
  readonly revision: string;
}

export interface NetworkOutputs {
  readonly drift: readonly string[];
  readonly generation: string;
}

const schema = z.strictObject({
  clusterHandle: handle,
  nodes: named(node),
  network: networkShape,
  revision: z.string().min(1),
});

export const networkHandler: Handler<NetworkInputs, NetworkOutputs> = {
  cutOff: 'again',
  keptByUpdate: [],

  check: async (news) => checkInputs(schema, news),

  async diff(state, news) {
    const changes = networkChanges(state, news);
    if (state.drift.length === 0 || changes.some((change) => change.replace)) return changes;
    return [...changes, { path: 'drift', kind: 'update', reason: state.drift.join('\n') }];
  },

  async create(news, call) {
    const { clusterHandle, nodes, network } = news;
    const backend = await call.backendOf(clusterHandle);
    const id = `${clusterHandle.id}/network`;
    try {
      await backend.applyNetwork(clusterHandle, nodes, network, call.op);
    } catch (error) {
      const outs = { drift: [messageOf(error)], generation: randomUUID() };
      throw new PartialFailure<NetworkOutputs>(id, outs, messageOf(error), { cause: error });
    }
    await record(call.stack, news);
    return { id, outs: { drift: [], generation: randomUUID() } };
  },

  async read({ clusterHandle, nodes, network, generation }, call) {
    const backend = await call.backendOf(clusterHandle);
    if (!(await backend.isAlive(clusterHandle))) return undefined;
    const found = await backend.networkDrift(clusterHandle, nodes, network, call.op);
    return { drift: tellDrift(found, call), generation };
  },

  async update(_id, _state, news, call) {
    const backend = await call.backendOf(news.clusterHandle);
    // A failure leaves the old state: the next run sees the same difference and applies again.
    await backend.applyNetwork(news.clusterHandle, news.nodes, news.network, call.op);
    await record(call.stack, news);
    return { drift: [], generation: randomUUID() };
  },

  async delete({ clusterHandle, nodes, network }, call) {
    const backend = await call.backendOf(clusterHandle);
    if (!(await backend.isAlive(clusterHandle))) return;
    await backend.deleteNetwork(clusterHandle, nodes, network, call.op);
    await updateRecord(call.stack, clusterHandle.id, ({ definition: { network: _, ...definition } }) => ({
      definition,
    }));
  },
};

/** Another kind of network starts afresh; everything else is applied over what is there. */
export function networkChanges(state: NetworkInputs, news: NetworkInputs): readonly Change[] {
  const anew = [
    ...propertyDiff(state.clusterHandle, news.clusterHandle, ['clusterHandle']),
    ...propertyDiff(state.network.type, news.network?.type, ['network', 'type']),
  ].map((change) => ({ ...change, replace: true }));
  const { type: _old, ...network } = state.network;
  const { type: _new, ...wanted } = news.network;
  return [
    ...anew,
    ...propertyDiff(state.nodes, news.nodes, ['nodes']),
    ...propertyDiff(network, wanted, ['network']),
    ...propertyDiff(state.revision, news.revision, ['revision']),
  ];
}

function record(stack: string, { clusterHandle, network }: NetworkInputs): Promise<void> {
  return updateRecord(stack, clusterHandle.id, ({ definition }) => ({
    definition: { ...definition, network },
  }));
}
