// The real provider process and a client that talks to it as the engine does.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import grpc from '@grpc/grpc-js';
import stubs from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import statuses from '@pulumi/pulumi/proto/status_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import structs from 'google-protobuf/google/protobuf/struct_pb.js';
import type { Behaviour } from './stand-in-backend.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LAUNCHER = path.join(ROOT, 'infra/provider/pulumi-resource-cnilab');

// biome-ignore lint/suspicious/noExplicitAny: wire data, compared as a whole
export type Data = Record<string, any>;

/** What a call that failed left in the engine's state. */
export interface InitFailed {
  readonly message: string;
  readonly id?: string;
  readonly state?: Data;
  readonly reasons?: readonly string[];
}

/** A running provider with the stand-in backend, and a state directory of its own. */
export async function startProvider() {
  const home = mkdtempSync(path.join(tmpdir(), 'cnilab-provider-'));
  const standIn = path.join(home, 'stand-in');
  mkdirSync(standIn);
  const env = {
    ...process.env,
    CNILAB_STATE_DIR: path.join(home, 'state'),
    CNILAB_STAND_IN: standIn,
    CNILAB_EXTRA_BACKEND: `stand-in=${path.join(ROOT, 'test/support/stand-in-backend.ts')}`,
  };
  const child = spawn(LAUNCHER, ['--logtostderr', '127.0.0.1:9'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await firstLine(child);
  const client = new stubs.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  return {
    ...calls(client),
    stateDir: env.CNILAB_STATE_DIR,
    pid: child.pid as number,
    /** How the stand-in misbehaves from now on. */
    behave: (behaviour: Behaviour) =>
      writeFileSync(path.join(standIn, 'behaviour.json'), JSON.stringify(behaviour)),
    /** What the backend was asked to do since the last time this was asked. */
    asked(): readonly string[] {
      const log = path.join(standIn, 'calls.log');
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      rmSync(log);
      return lines.filter((line) => line !== '');
    },
    /** Kills the stand-in cluster behind the provider's back. */
    kill: (id: string) => rmSync(path.join(standIn, `${id}.json`)),
    record: (stack: string): Data | undefined => {
      const file = path.join(home, 'state/stacks', stack, 'record.json');
      return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    },
    writeRecord(stack: string, record: Data): void {
      writeFileSync(path.join(home, 'state/stacks', stack, 'record.json'), JSON.stringify(record));
    },
    appendLog: (text: string) => appendFileSync(path.join(standIn, 'calls.log'), text),
    async stop(): Promise<void> {
      client.close();
      child.kill('SIGINT');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type ProviderProcess = Awaited<ReturnType<typeof startProvider>>;

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no standard output');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the provider ended before it said its port');
}

const struct = (data: Data) => structs.Struct.fromJavaScript(data);

function calls(client: InstanceType<typeof stubs.ResourceProviderClient>) {
  return {
    client,
    async check(urn: string, news: Data, olds: Data = {}) {
      const request = new messages.CheckRequest();
      request.setUrn(urn);
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      const response = await answer<InstanceType<typeof messages.CheckResponse>>((done) =>
        client.check(request, done),
      );
      return {
        inputs: response.getInputs()?.toJavaScript() as Data,
        failures: response.getFailuresList().map((one) => `${one.getProperty()}: ${one.getReason()}`),
      };
    },
    /** Kind of change by property, such as {'pods[1].node': 'UPDATE'}. */
    async diff(urn: string, olds: Data, news: Data) {
      const request = new messages.DiffRequest();
      request.setUrn(urn);
      request.setId('id');
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      const response = await answer<InstanceType<typeof messages.DiffResponse>>((done) =>
        client.diff(request, done),
      );
      const kinds = Object.entries(messages.PropertyDiff.Kind);
      const properties: Record<string, string> = {};
      response.getDetaileddiffMap().forEach((value: { getKind(): number }, key: string) => {
        properties[key] = kinds.find(([, kind]) => kind === value.getKind())?.[0] ?? '?';
      });
      return {
        changes: response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
        replaces: response.getReplacesList(),
        deleteFirst: response.getDeletebeforereplace(),
        properties,
      };
    },
    async create(urn: string, inputs: Data, preview = false) {
      const request = new messages.CreateRequest();
      request.setUrn(urn);
      request.setProperties(struct(inputs));
      request.setPreview(preview);
      const response = await answer<InstanceType<typeof messages.CreateResponse>>((done) =>
        client.create(request, done),
      );
      return { id: response.getId(), state: response.getProperties()?.toJavaScript() as Data };
    },
    async update(urn: string, id: string, olds: Data, news: Data, preview = false) {
      const request = new messages.UpdateRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      request.setPreview(preview);
      const response = await answer<InstanceType<typeof messages.UpdateResponse>>((done) =>
        client.update(request, done),
      );
      return response.getProperties()?.toJavaScript() as Data;
    },
    /** `id` is empty when it is gone. */
    async read(urn: string, id: string, state: Data) {
      const request = new messages.ReadRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setProperties(struct(state));
      const response = await answer<InstanceType<typeof messages.ReadResponse>>((done) =>
        client.read(request, done),
      );
      return { id: response.getId(), state: response.getProperties()?.toJavaScript() as Data | undefined };
    },
    async delete(urn: string, id: string, state: Data): Promise<void> {
      const request = new messages.DeleteRequest();
      request.setUrn(urn);
      request.setId(id);
      request.setProperties(struct(state));
      await answer((done) => client.delete(request, done));
    },
    async cancel(): Promise<void> {
      await answer((done) => client.cancel(new empty.Empty(), done));
    },
  };
}

/** What a rejected call tells the engine. @throws when it did not reject */
export async function failure(call: Promise<unknown>): Promise<InitFailed> {
  const error = (await call.then(
    () => {
      throw new Error('the call succeeded');
    },
    (reason: unknown) => reason,
  )) as grpc.ServiceError;
  if (!(error instanceof Error) || error.details === undefined) throw error;
  const packed = error.metadata.get('grpc-status-details-bin')[0];
  if (packed === undefined) return { message: error.details };
  const detail = statuses.Status.deserializeBinary(packed as Buffer).getDetailsList()[0];
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(
    detail?.getValue_asU8() ?? new Uint8Array(),
  );
  return {
    message: error.details,
    id: failed.getId(),
    state: failed.getProperties()?.toJavaScript() as Data,
    reasons: failed.getReasonsList(),
  };
}

function answer<T>(
  call: (done: (error: grpc.ServiceError | null, response: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(error) : resolve(response)));
  });
}
