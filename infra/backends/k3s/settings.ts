// What the user may say of the k3s backend: `cnilab:k3s.<key>` in Pulumi's config.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Setting } from '../backend.ts';
import type { Refusal, Settings } from '../kubernetes/cluster-tool.ts';

export const K3S_SETTINGS = {
  allowHostChanges: {
    help: '"true": K3s may be installed on this machine itself (the message of a refusal lists what that changes)',
    values: ['true', 'false'],
  },
  version: { help: 'of K3s, such as v1.34.4+k3s1', default: 'that of its stable channel' },
  installer: { help: 'path of the vendor’s install.sh', default: 'https://get.k3s.io' },
  binary: { help: 'path of a k3s binary to be installed instead of a download (air-gapped)' },
  images: { help: 'path of k3s-airgap-images-<arch>.tar, .tar.gz or .tar.zst (air-gapped)' },
  flannel: {
    help: 'vxlan: K3s’ embedded flannel is the network; none: the lab’s network is put on it',
    default: 'vxlan for a lab of network type flannel, else none',
    values: ['vxlan', 'none'],
  },
  hosts: { help: 'machines to be reached by ssh, set by the Pulumi program from cnilab:k3s' },
  id: { help: 'whose those machines are, set by the Pulumi program' },
} as const satisfies Readonly<Record<string, Setting>>;

/** Endings of archives that K3s loads (pkg/agent/containerd/containerd.go, preloadFile). */
const ARCHIVE = /\.(tar|tar\.lz4|tar\.bz2|tbz|tar\.gz|tgz|tar\.zst|tzst)$/i;

/** What is wrong with those of K3s, or undefined. @param exists whether there is such a file */
export function settingsProblem(settings: Settings, exists = existsSync): Refusal | undefined {
  for (const key of ['installer', 'binary', 'images'] as const) {
    const file = settings[key];
    if (file === undefined) continue;
    if (!path.isAbsolute(file))
      return { reason: `k3s.${key} is no absolute path: ${file}`, fix: 'write it from /' };
    if (!exists(file)) return { reason: `k3s.${key}: there is no file ${file}`, fix: 'correct the path' };
  }
  const { images, binary, installer, version } = settings;
  if (images !== undefined && !ARCHIVE.test(images)) {
    return {
      reason: `k3s.images: K3s loads no file named ${path.basename(images)}`,
      fix: 'name a .tar, .tar.gz or .tar.zst',
    };
  }
  if (binary !== undefined && installer === undefined) {
    return {
      reason: 'k3s.binary is given and k3s.installer is not: the installer would be downloaded all the same',
      fix: 'give the path of install.sh from the same release',
    };
  }
  if (binary !== undefined && version !== undefined) {
    return { reason: 'k3s.version has no effect beside k3s.binary', fix: 'leave one of them out' };
  }
  if (version !== undefined && !/^v\d+\.\d+\.\d+(-[\w.]+)?\+k3s\d+$/.test(version)) {
    return {
      reason: `k3s.version is no version of K3s: ${version}`,
      fix: 'write it as `k3s --version` does: v1.34.4+k3s1',
    };
  }
  return undefined;
}
