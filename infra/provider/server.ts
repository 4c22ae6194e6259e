// The provider over gRPC. Our own server, because the SDK's drops which property differs, and knows no preview.
import grpc from '@grpc/grpc-js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import stubs from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import type * as Pb from '@pulumi/pulumi/proto/provider_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Struct } from 'google-protobuf/google/protobuf/struct_pb.js';
import structs from 'google-protobuf/google/protobuf/struct_pb.js';
import type { WireObject } from './codec.ts';
import { detailedDiff } from './detailed-diff.ts';
import { grpcError } from './grpc-error.ts';
import type { Provider } from './provider.ts';

/** No limit: a lab of a thousand pods is a large message. */
const OPTIONS = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

/** Serves on a free port of the loopback interface. @returns the port, which the engine expects on standard output. */
export async function serve(provider: Provider, version: string): Promise<number> {
  const server = new grpc.Server(OPTIONS);
  server.addService(stubs.ResourceProviderService, serviceOf(provider, version));
  return await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function serviceOf(provider: Provider, version: string): grpc.UntypedServiceImplementation {
  return {
    getPluginInfo: unary(async () => {
      const info = new plugin.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    checkConfig: unary(async (request: Pb.CheckRequest) => {
      const response = new messages.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),
    diffConfig: unary(async () => new messages.DiffResponse()),
    configure: unary(async () => {
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    attach: unary(async () => new empty.Empty()),

    check: unary(async (request: Pb.CheckRequest) => {
      const news = read(request.getNews());
      const failures = await provider.check(request.getUrn(), read(request.getOlds()), news);
      const response = new messages.CheckResponse();
      response.setInputs(write(news));
      response.setFailuresList(
        failures.map(({ property, reason }) => {
          const failure = new messages.CheckFailure();
          failure.setProperty(property);
          failure.setReason(reason);
          return failure;
        }),
      );
      return response;
    }),

    diff: unary(async (request: Pb.DiffRequest) => {
      const changes = await provider.diff(request.getUrn(), read(request.getOlds()), read(request.getNews()));
      return detailedDiff(changes);
    }),

    create: unary(async (request: Pb.CreateRequest) => {
      const made = await provider.create(
        request.getUrn(),
        read(request.getProperties()),
        request.getPreview(),
      );
      const response = new messages.CreateResponse();
      response.setId(made.id);
      response.setProperties(write(made.state));
      return response;
    }),

    read: unary(async (request: Pb.ReadRequest) => {
      const response = new messages.ReadResponse();
      const state = await provider.read(request.getUrn(), read(request.getProperties()));
      if (!state) return response;
      response.setId(request.getId());
      response.setInputs(request.getInputs());
      response.setProperties(write(state));
      return response;
    }),

    update: unary(async (request: Pb.UpdateRequest) => {
      const state = await provider.update(
        request.getUrn(),
        request.getId(),
        read(request.getOlds()),
        read(request.getNews()),
        request.getPreview(),
      );
      const response = new messages.UpdateResponse();
      response.setProperties(write(state));
      return response;
    }),

    delete: unary(async (request: Pb.DeleteRequest) => {
      await provider.delete(request.getUrn(), read(request.getProperties()));
      return new empty.Empty();
    }),

    // While something is under way the answer does not wait for its end: the engine has asked for a stop, not for a result.
    cancel: unary(async () => {
      const busy = provider.busy();
      const done = provider.cancel();
      if (!busy) await done;
      return new empty.Empty();
    }),
  };
}

/** A method that answers once; what it throws becomes a gRPC error. */
function unary<Request, Response>(
  work: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    work(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(grpcError(error)),
    );
  };
}

function read(struct: Struct | undefined): WireObject {
  return (struct?.toJavaScript() ?? {}) as WireObject;
}

function write(state: WireObject): Struct {
  return structs.Struct.fromJavaScript(state as Parameters<typeof structs.Struct.fromJavaScript>[0]);
}
