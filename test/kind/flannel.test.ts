import { describeKindLab } from '../support/describe-kind-lab.ts';

describeKindLab('flannel', {
  deleteRoute: ['k3s-server', 'ip route del 10.42.1.0/24'],
  broken: 'pod4',
  container: 'twins/left',
});
