// The Pulumi program: reads the configuration, loads the lab, declares its resources.
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { type BackendSettings, backendSettings } from './backend-settings.ts';
import { POD_IMAGE } from './backends/kubernetes/pod-image.ts';
import { backendTraits, DEFAULT_BACKEND } from './backends/registry.ts';
import { selectorProblem } from './backends/selector-problem.ts';
import { handedOver } from './checked-lab.ts';
import { LabComponent, type MakeObjects } from './components/lab-component.ts';
import type { Lab } from './lab/lab.ts';
import { labPath } from './lab-path.ts';
import { backendUrl } from './origin.ts';
import { type PreparedMachines, preparedMachines } from './prepared-machines.ts';
import { resultsDir } from './state/stack-store.ts';

type Settings = Readonly<Record<string, string>>;

const ISOLATIONS = ['auto', 'rootless', 'root'] as const;

export default async function program() {
  const config = new pulumi.Config('cnilab');
  const checkout = path.dirname(import.meta.dirname);
  const stack = pulumi.getStack();
  const labFile = labPath(config.get('lab'), stack, checkout);
  const lab = (await handedOver(labFile)) ?? (await read(labFile));
  const backend = config.get('backend') || DEFAULT_BACKEND;
  const told = settingsOf(backend);
  const { kubernetes } = backendTraits(backend);
  const refusal = kubernetes ? undefined : selectorProblem(backend, lab.workloads);
  if (refusal !== undefined) throw new pulumi.RunError(refusal);
  const origin = { project: pulumi.getProject(), backendUrl: await backendUrl(), checkout, labFile };
  const machines = await preparedMachines(
    backend,
    lab,
    [origin.project, stack, origin.backendUrl],
    told?.settings ?? {},
  );
  const objects =
    kubernetes && told?.settings.objects !== 'cnilab' && lab.workloads.some(({ kind }) => kind !== 'selected')
      ? await objectsOf(lab, told?.settings)
      : undefined;
  const component = new LabComponent(lab.name, {
    lab,
    stack,
    backend,
    isolation:
      config.get<(typeof ISOLATIONS)[number]>('isolation', { allowedValues: [...ISOLATIONS] }) ?? 'auto',
    ...(kubernetes && { kubernetes }),
    ...(objects && { objects }),
    ...clusterSettings(told, machines),
    origin,
  });
  return { ...component.outputs(), resultsFile: path.join(resultsDir(stack), 'results.json') };
}

/** The kubernetes SDK is large: only a lab that needs it loads it. */
async function objectsOf(lab: Lab, settings: Settings = {}): Promise<MakeObjects> {
  const { KubernetesWorkloads } = await import('./components/kubernetes-workloads.ts');
  const podImage = settings.podImage ?? POD_IMAGE;
  return (name, cluster, options) => new KubernetesWorkloads(name, { lab, cluster, podImage }, options);
}

/** What the cluster is told, the machines' own words over what the user says. */
function clusterSettings(told: BackendSettings | undefined, machines: PreparedMachines | undefined) {
  const own = told && (told.secret ? pulumi.secret(told.settings) : told.settings);
  if (!machines) return own && { settings: own };
  const { used, resource } = machines;
  const rest = Object.entries(told?.settings ?? {}).filter(([key]) => !used.includes(key));
  const settings = machines.settings.apply((said) => ({ ...Object.fromEntries(rest), ...said }));
  return { settings: told?.secret ? pulumi.secret(settings) : settings, prepared: [resource] };
}

function settingsOf(backend: string) {
  try {
    return backendSettings(backend, pulumi.runtime.allConfig(), process.env);
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

async function read(labFile: string): Promise<Lab> {
  const { loadLab } = await import('./lab/load.ts');
  return loadLab(labFile).catch((error: Error) => {
    // The message says where in the file and what to do; our own stack would only bury it.
    throw error.name === 'LabError' ? new pulumi.RunError(error.message) : error;
  });
}
