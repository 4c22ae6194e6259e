import { describeKindLab } from '../support/describe-kind-lab.ts';

describeKindLab('kindnet', {
  deleteRoute: ['minikube', 'ip route del 10.244.1.0/24'],
  broken: 'shared',
  container: 'shared/server',
});
