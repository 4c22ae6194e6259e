// What a network leaves on a node when its daemon is gone, and the script that removes it.
import { shellWord } from '../../../util/shell-quote.ts';
import { applyScript } from '../../netns/network/apply-script.ts';
import { type NodePlan, pickPlanned } from '../../netns/network/node-plan.ts';
import { COPIED } from './copy-plugins.ts';
import { NODE_PATHS } from './node-paths.ts';

const EMPTY: NodePlan = { files: [], neighbours: [], fdb: [], routes: [], chains: [], lastFiles: [] };

/** Of kindnetd and flanneld, as far as they use iptables. */
const CHAINS = ['KIND-MASQ-AGENT', 'FLANNEL-POSTRTG', 'FLANNEL-FWD'];

/** Jumps are removed as the rules that they are, whatever match and comment they have. */
const REMOVE_CHAINS = `for save in iptables-save ip6tables-save; do
  command -v $save > /dev/null || continue
  for table in nat filter; do
    rules=$($save -t $table 2> /dev/null) || continue
    for chain in ${CHAINS.join(' ')}; do
      printf '%s\\n' "$rules" | grep -q "^:$chain " || continue
      { echo "*$table"
        printf '%s\\n' "$rules" | sed -n "s/^-A \\(.* -j $chain\\)\\$/-D \\1/p"
        echo "-F $chain"; echo "-X $chain"; echo COMMIT; } | \${save%save}restore --noflush
    done
  done
done
command -v nft > /dev/null && nft delete table inet kindnet-network-policies 2> /dev/null || :`;

/** host-local's data of a network: goes when no address is leased any more, so that the next pods get the first ones again. */
const REMOVE_LEASES = `for dir in /run/cni-ipam-state /var/lib/cni/networks; do
  dir=$dir/$name
  [ -d "$dir" ] || continue
  leases=$(ls "$dir" | grep -v -e '^last_reserved_ip' -e '^lock$') || rm -rf "$dir"
done`;

/** Plugins of ours go when the recorder is gone, which has some of them. */
const REMOVE_COPIED = `if [ -f ${COPIED} ]; then
  while read -r name; do rm -f ${NODE_PATHS.plugins}/"$name"; done < ${COPIED}
  rm -f ${COPIED}
fi
rmdir ${NODE_PATHS.own} 2> /dev/null || :`;

/** @param plan what the network made of the node. Idempotent: what is gone already is no error. */
export function removalScript(plan: NodePlan): string {
  const { picked } = pickPlanned(plan.files);
  const leases = picked ? [`name=${shellWord(picked.name)}`, REMOVE_LEASES] : [];
  return [applyScript(EMPTY, plan), REMOVE_CHAINS, ...leases, REMOVE_COPIED].join('\n');
}
