import { expect, test } from 'vitest';
import { clusterCidr } from '../../../../infra/backends/minikube/cluster-cidr.ts';

test.each([
  [['10.244.0.0/24'], '10.244.0.0/24', 24],
  [['10.42.0.0/24', '10.42.1.0/24'], '10.42.0.0/23', 24],
  [['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24'], '10.244.0.0/22', 24],
  [['10.0.0.0/26', '10.0.0.64/26'], '10.0.0.0/25', 26],
])('of %j the cluster range is %s', (ranges, cidr, nodePrefix) => {
  expect(clusterCidr(ranges)).toEqual({ cidr, nodePrefix });
});

test.each([
  [['10.244.1.0/24', '10.244.0.0/24']],
  [['10.244.0.0/24', '10.244.2.0/24']],
  [['10.244.0.0/24', '10.244.1.0/25']],
  [['10.244.1.0/24', '10.244.2.0/24']],
])('Kubernetes would not hand out %j', (ranges) => {
  expect(() => clusterCidr(ranges)).toThrow(/on minikube/);
});
