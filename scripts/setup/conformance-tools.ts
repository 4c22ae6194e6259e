// What the CNI runtime is compared with: cnitool, and every reference plugin of one release. No lab uses them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../../infra/util/dirs.ts';
import { ensureArtefact } from './artefact.ts';
import { fromGo } from './go-build.ts';
import { REFERENCE_VERSION } from './plugins.ts';

/** github.com/containernetworking/cni, of which cnitool is a part; as scripts/engine/conformance/go.mod pins it. */
export const CNITOOL_VERSION = 'v1.3.0';

const PACKAGES = [
  'cni/cnitool',
  ...['host-local', 'static'].map((name) => `plugins/plugins/ipam/${name}`),
  ...['bridge', 'dummy', 'host-device', 'ipvlan', 'loopback', 'macvlan', 'ptp', 'tap', 'vlan'].map(
    (name) => `plugins/plugins/main/${name}`,
  ),
  ...['bandwidth', 'firewall', 'portmap', 'sbr', 'tuning', 'vrf'].map(
    (name) => `plugins/plugins/meta/${name}`,
  ),
].map((name) => `github.com/containernetworking/${name}`);

/** Where they are, or are to be. */
export function conformanceDir(): string {
  return path.join(cacheDir(), 'conformance');
}

/** Path of cnitool; undefined until `npm run conformance` has built it. */
export function findCnitool(): string | undefined {
  const file = path.join(conformanceDir(), 'cnitool');
  return existsSync(file) ? file : undefined;
}

/** @throws NotReady */
export async function ensureConformanceTools(): Promise<void> {
  const what = `cnitool ${CNITOOL_VERSION} and the CNI plugins ${REFERENCE_VERSION}`;
  const files = PACKAGES.map((name) => path.posix.basename(name));
  const program = {
    ...{ what, module: 'conformance', packages: PACKAGES, estimateS: 60 },
    variables: {
      'github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion': REFERENCE_VERSION,
    },
  };
  await ensureArtefact(
    {
      ...{ what, files, dir: 'conformance', ways: [fromGo(program)] },
      advice: 'Install Go 1.21 or newer with a way to the Go module proxy, then run this again.',
    },
    async () => files.every((file) => existsSync(path.join(conformanceDir(), file))),
  );
}
