// Names of Kubernetes objects and values of labels, made from lab and stack names by a fixed rule.
import { createHash } from 'node:crypto';
import { MAX_LABEL } from '../../lab/names.ts';

const HASH_LENGTH = 6;

/**
 * The words joined by "-", as an RFC 1123 label: what every Kubernetes name, and a label's value, may be. Words that are
 * labels already are kept as they are, when there is room.
 * @param distinct end with a hash of the words, because the same text could be made of other words ("a", "b-c" and "a-b", "c")
 */
export function objectName(words: readonly string[], distinct = false): string {
  const text = words.join('-');
  const plain = text.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-');
  const trimmed = plain.replaceAll(/^-+|-+$/g, '');
  if (!distinct && trimmed === text && text.length <= MAX_LABEL && text !== '') return text;
  const hash = createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, HASH_LENGTH);
  const kept = trimmed.slice(0, MAX_LABEL - HASH_LENGTH - 1).replace(/-+$/, '');
  return kept === '' ? `x-${hash}` : `${kept}-${hash}`;
}

/**
 * A Deployment is the replicas of one workload on one node. It is called as the workload where that has one node only.
 * With a node's name it has a hash, too: `web` on node `a` is another Deployment than the workload `web-a`.
 */
export function deploymentName(workload: string, node?: string): string {
  return node === undefined ? objectName([workload]) : objectName([workload, node], true);
}
