// CNI plugins that no package brought: Flannel's own, and the reference plugins where apt is not ours to use.
import { findCniPlugin } from '../../infra/util/tools.ts';
import { ensureArtefact } from './artefact.ts';
import { installCommand, thisDistribution } from './distribution.ts';
import { fromGo } from './go-build.ts';
import { fromRelease } from './release.ts';
import { CNI_PLUGINS, CNI_PLUGINS_PACKAGE, missingPlugins } from './system-tools.ts';

export const REFERENCE_VERSION = 'v1.9.1';
const FLANNEL_VERSION = 'v1.5.1-flannel2';

/** Where the plugin sources are in github.com/containernetworking/plugins. */
const KIND: Readonly<Record<(typeof CNI_PLUGINS)[number], string>> = {
  loopback: 'main/loopback',
  ptp: 'main/ptp',
  bridge: 'main/bridge',
  'host-local': 'ipam/host-local',
  portmap: 'meta/portmap',
  bandwidth: 'meta/bandwidth',
};

/** The plugins of the CNI project, all or none from here. */
export async function ensureReferencePlugins(): Promise<void> {
  const base = `https://github.com/containernetworking/plugins/releases/download/${REFERENCE_VERSION}`;
  const { family, name } = thisDistribution();
  await ensureArtefact(
    {
      what: 'the set of CNI plugins',
      dir: 'cni',
      files: CNI_PLUGINS,
      ways: [
        fromRelease(({ go: arch }) => {
          const url = `${base}/cni-plugins-linux-${arch}-${REFERENCE_VERSION}.tgz`;
          return {
            what: `the CNI plugins ${REFERENCE_VERSION}`,
            url,
            sumsUrl: `${url}.sha256`,
            files: Object.fromEntries(CNI_PLUGINS.map((type) => [type, type])),
            estimateS: 15,
          };
        }),
        fromGo({
          what: `the CNI plugins ${REFERENCE_VERSION}`,
          module: 'cni-plugins',
          packages: CNI_PLUGINS.map((type) => `github.com/containernetworking/plugins/plugins/${KIND[type]}`),
          variables: {
            'github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion': REFERENCE_VERSION,
          },
          estimateS: 30,
        }),
      ],
      advice: family
        ? `On ${name} this installs them:\n\n  ${installCommand(family, [CNI_PLUGINS_PACKAGE[family]], process.getuid?.() === 0)}\n`
        : `Unpack a release of https://github.com/containernetworking/plugins into /opt/cni/bin, or set CNI_PATH to where they are.`,
    },
    async () => missingPlugins().length === 0,
  );
}

/** The `flannel` meta-plugin; distributions do not package it with the others. */
export async function ensureFlannel(): Promise<void> {
  const base = `https://github.com/flannel-io/cni-plugin/releases/download/${FLANNEL_VERSION}`;
  await ensureArtefact(
    {
      what: 'the flannel CNI plugin',
      dir: 'bin',
      files: ['flannel'],
      ways: [
        fromRelease(({ go: arch }) => {
          const url = `${base}/cni-plugin-flannel-linux-${arch}-${FLANNEL_VERSION}.tgz`;
          return {
            what: `the flannel CNI plugin ${FLANNEL_VERSION}`,
            url,
            sumsUrl: `${url}.sha256`,
            files: { [`flannel-${arch}`]: 'flannel' },
            estimateS: 5,
          };
        }),
        fromGo({
          what: 'the flannel CNI plugin',
          module: 'flannel',
          packages: ['github.com/containernetworking/plugins/plugins/meta/flannel'],
          variables: {
            'github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion': 'v0.9.1',
          },
          estimateS: 15,
        }),
      ],
      advice:
        'Put the program flannel of https://github.com/flannel-io/cni-plugin/releases into /opt/cni/bin (or into a directory named by CNI_PATH), or install Go 1.21 or newer with a way to the Go module proxy, then run this again.',
    },
    async () => findCniPlugin('flannel') !== undefined,
  );
}
