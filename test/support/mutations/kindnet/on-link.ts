// A route that two parts of lab kindnet are broken by.
import { live } from '../breaks.ts';
import type { Live } from '../mutation.ts';

/** Its node's pods: on its link. */
export function onLink(pod: string, node: 0 | 1): Live {
  const [own, range] = [`src 10.244.${node}.2`, `10.244.${node}.0/24`];
  return live(
    pod,
    `ip route replace ${range} dev eth0 ${own}`,
    `ip route replace ${range} via 10.244.${node}.1 dev eth0 ${own}`,
  );
}
