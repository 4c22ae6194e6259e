// Changes as the engine reads them: each property by name, and whether it means a replacement.

import type { DiffResponse } from '@pulumi/pulumi/proto/provider_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import type { Change } from './handler.ts';

const { Kind } = messages.PropertyDiff;
const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

/** No change at all is an explicit "none": the engine does not have to compare by itself. */
export function detailedDiff(changes: readonly Change[]): DiffResponse {
  const response = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(true);
  // Nothing here can stand twice, as a name, an address range or a wired pod is there once.
  response.setDeletebeforereplace(true);
  response.setReplacesList(changes.filter((change) => change.replace).map((change) => topOf(change.path)));
  response.setDiffsList([...new Set(changes.map((change) => topOf(change.path)))]);
  for (const change of onePerPath(changes)) {
    const diff = new messages.PropertyDiff();
    diff.setKind(KINDS[change.kind][change.replace ? 1 : 0]);
    diff.setInputdiff(change.reason === undefined);
    response.getDetaileddiffMap().set(change.path, diff);
  }
  return response;
}

/** An item removed from a list and another added at its place are one update of that place. */
function onePerPath(changes: readonly Change[]): readonly Change[] {
  const byPath = new Map<string, Change>();
  for (const change of changes) {
    const other = byPath.get(change.path);
    byPath.set(
      change.path,
      other ? { ...change, kind: 'update', replace: Boolean(other.replace || change.replace) } : change,
    );
  }
  return [...byPath.values()];
}

function topOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
