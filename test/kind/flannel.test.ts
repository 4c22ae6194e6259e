import { describeKindLab } from '../support/describe-kind-lab.ts';
import { isTwin, withoutComment } from '../support/explained-differences.ts';

describeKindLab('flannel', {
  deleteRoute: ['k3s-server', 'ip route del 10.42.1.0/24'],
  broken: 'pod4',
  container: 'twins/left',
  explanations: {
    'flanneld comments its rules (pkg/trafficmngr/iptables): the same rules': ({ table, row }, all) =>
      table === 'netfilter' && /FLANNEL-/.test(`${row.rule}`) && isTwin(all, row, withoutComment),
  },
});
