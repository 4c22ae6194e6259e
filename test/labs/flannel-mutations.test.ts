import { describeMutations } from '../support/describe-mutations.ts';
import { FLANNEL_MUTATIONS } from '../support/mutations/flannel.ts';

describeMutations('flannel', FLANNEL_MUTATIONS);
