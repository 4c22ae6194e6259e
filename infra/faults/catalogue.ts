// All faults, in the order of the layers they are in.
import type { Fault } from './fault.ts';
import { filterFaults } from './filter-faults.ts';
import { linkFaults } from './link-faults.ts';
import { otherFaults } from './other-faults.ts';
import { routingFaults } from './routing-faults.ts';
import { vxlanFaults } from './vxlan-faults.ts';

export const FAULTS: readonly Fault[] = [
  ...linkFaults,
  ...routingFaults,
  ...vxlanFaults,
  ...filterFaults,
  ...otherFaults,
];
