// The device by which a node reaches the others: eth0 in a lab's plans, whatever it is called on a machine.
import type { NodePlan } from '../../netns/network/node-plan.ts';

const PLANNED = 'eth0';

/** The plan with the uplink's real name. */
export function onUplink(plan: NodePlan, uplink: string): NodePlan {
  const rename = <T extends { readonly dev: string }>(row: T): T =>
    row.dev === PLANNED ? { ...row, dev: uplink } : row;
  return { ...plan, routes: plan.routes.map(rename) };
}
