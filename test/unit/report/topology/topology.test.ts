import { expect, it } from 'vitest';
import { hostFacts } from '../../../../infra/report/model/host-facts.ts';
import { topologyOf } from '../../../../infra/report/topology/topology.ts';
import { madeLab } from '../../../support/report-fixture.ts';

/** As the kernels of node and pod say it when the other end is in neither: zeros, and no name. */
const LOOSE = { nodeIf: '', nodeIfindex: 0, nodePeerIfindex: 0, nodeNetnsid: -1, matches: false };

it('draws no cable where its other end was not found', () => {
  const lab = madeLab(1, 1);
  const loose = { ...lab, veths: lab.veths.map((veth) => ({ ...veth, ...LOOSE })) };
  expect(topologyOf(loose).machines[0]?.pods[0]).not.toHaveProperty('cable');
  expect(hostFacts(loose)['pod-1-1']?.interfaces[0]).not.toHaveProperty('peer');
});

it('draws the cable of a pod that has a pair of its own beside it', () => {
  const lab = madeLab(1, 1);
  const inner = lab.veths.map((veth) => ({ ...veth, ...LOOSE, podIf: 'v0' }));
  expect(topologyOf({ ...lab, veths: [...lab.veths, ...inner] })).toEqual(topologyOf(lab));
});
