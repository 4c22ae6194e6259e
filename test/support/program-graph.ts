// The resources a program declares, as the engine would hear of them, without an engine.
import * as pulumi from '@pulumi/pulumi';
import type { LabComponent } from '../../infra/components/lab-component.ts';

/** One resource. Names of others are shortened to `<type>::<name>`. */
export interface Declared {
  readonly resource: string;
  readonly parent: string;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string;
  /** Empty for the package's default one. */
  readonly provider: string;
  readonly secretOutputs: readonly string[];
  /** Names of inputs that go to the engine as secrets. */
  readonly secretInputs: readonly string[];
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
  getProvider(): string;
  getAdditionalsecretoutputsList(): readonly string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** What a value is wrapped in on its way to the engine, to say that it is a secret. */
const SECRET = '4dabf18193072939515e22adb298388d';

/** What `program` declares when outputs are made up by `outputsOf`, by type and name. */
export function graphOf(
  program: () => LabComponent,
  outputsOf: (type: string, name: string) => object,
  preview = false,
): Promise<readonly Declared[]> {
  const run = async () => {
    const { cluster, network, workloads, experiments, verdict } = program();
    for (const { urn } of [cluster, network, ...workloads, ...experiments, ...(verdict ? [verdict] : [])]) {
      await new Promise((resolve) => urn.apply(resolve));
    }
  };
  return declaredBy(run, outputsOf, preview);
}

/** As `graphOf`, of any program that declares one lab. */
export async function declaredBy(
  program: () => Promise<unknown>,
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
  const { registered, ended } = overhear(pulumi.runtime.getMonitor() as unknown as Monitor);
  await program();
  await ended;
  return registered
    .map((request) => {
      const resource = `${shortType(request.getType())}::${request.getName()}`;
      return {
        resource,
        parent: short(request.getParent()),
        dependsOn: request.getDependenciesList().map(short).sort(),
        deletedWith: short(request.getDeletedwith()),
        provider: short(request.getProvider()),
        secretOutputs: request.getAdditionalsecretoutputsList(),
        secretInputs: secretKeys(request.getObject()?.toJavaScript() ?? {}),
        inputs: inputsOf.get(resource),
      };
    })
    .sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

function secretKeys(wire: Readonly<Record<string, unknown>>): readonly string[] {
  const isSecret = (value: unknown) => typeof value === 'object' && value !== null && SECRET in value;
  return Object.keys(wire).filter((key) => isSecret(wire[key]));
}

interface Monitor {
  registerResource(request: Registration, done: unknown): unknown;
  registerResourceOutputs(request: unknown, done: (...args: unknown[]) => void): unknown;
}

/** @returns what is asked for, and the end: a lab tells its outputs when all that they are made of is there */
function overhear(monitor: Monitor) {
  const registered: Registration[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    registered.push(request);
    return register(request, done);
  };
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const tellOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, done) =>
    tellOutputs(request, (...args) => {
      done(...args);
      resolve();
    });
  return { registered, ended };
}

const short = (urn: string): string => {
  const [, , type = '', name = ''] = urn.split('::');
  return name === '' ? '' : `${shortType(type.split('$').at(-1) ?? '')}::${name}`;
};
const shortType = (type: string): string => type.split(':').at(-1) ?? type;
