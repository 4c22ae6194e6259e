// The resources a program declares, as the engine would hear of them, without an engine.
import * as pulumi from '@pulumi/pulumi';
import type { LabComponent } from '../../infra/components/lab-component.ts';

/** One resource. Names of others are shortened to `<type>::<name>`. */
export interface Declared {
  readonly resource: string;
  readonly parent: string;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any kind of resource
  readonly inputs: any;
}

/** What is asked of the SDK's mock monitor for each resource; its `newResource` does not see options. */
interface Registration {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): readonly string[];
  getDeletedwith(): string;
}

/** Runs `program` with outputs made up by `outputsOf`. @returns what it declared, by type and name */
export async function graphOf(
  program: () => LabComponent,
  outputsOf: (type: string, name: string) => object,
  preview = false,
): Promise<readonly Declared[]> {
  const inputsOf = new Map<string, object>();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        inputsOf.set(`${shortType(type)}::${name}`, inputs);
        return { id: `${name}-id`, state: { ...inputs, ...(preview ? {} : outputsOf(type, name)) } };
      },
      call: ({ inputs }) => inputs,
    },
    'cnilab',
    'blue',
    preview,
  );
  const registered = overhear(pulumi.runtime.getMonitor() as unknown as Monitor);
  const { cluster, network, workloads, experiments, verdict } = program();
  for (const { urn } of [cluster, network, ...workloads, ...experiments, ...(verdict ? [verdict] : [])]) {
    await new Promise((resolve) => urn.apply(resolve));
  }
  return registered
    .map((request) => {
      const resource = `${shortType(request.getType())}::${request.getName()}`;
      return {
        resource,
        parent: short(request.getParent()),
        dependsOn: request.getDependenciesList().map(short).sort(),
        deletedWith: short(request.getDeletedwith()),
        inputs: inputsOf.get(resource),
      };
    })
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

interface Monitor {
  registerResource(request: Registration, done: unknown): unknown;
}

function overhear(monitor: Monitor): readonly Registration[] {
  const heard: Registration[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    heard.push(request);
    return register(request, done);
  };
  return heard;
}

const short = (urn: string): string => {
  const [, , type = '', name = ''] = urn.split('::');
  return name === '' ? '' : `${shortType(type.split('$').at(-1) ?? '')}::${name}`;
};
const shortType = (type: string): string => type.split(':').at(-1) ?? type;
