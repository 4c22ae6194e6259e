import { describeMutations } from '../support/describe-mutations.ts';
import { KINDNET_MUTATIONS } from '../support/mutations/kindnet.ts';

describeMutations('kindnet', KINDNET_MUTATIONS);
