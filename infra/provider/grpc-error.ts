// A failure as gRPC carries it: the message, and what was made all the same, so that the engine records it.
import grpc from '@grpc/grpc-js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import statuses from '@pulumi/pulumi/proto/status_pb.js';
import anys from 'google-protobuf/google/protobuf/any_pb.js';
import structs from 'google-protobuf/google/protobuf/struct_pb.js';
import { printable } from '../util/printable.ts';
import { ProviderError } from './provider-error.ts';

/** Packs `made` as ErrorResourceInitFailed into the status details, where the engine looks for it. */
export function grpcError(error: unknown): Partial<grpc.StatusObject> & { readonly message: string } {
  // The engine prints it as it is.
  const message = printable(error instanceof Error ? error.message : String(error));
  const metadata = new grpc.Metadata();
  if (error instanceof ProviderError && error.made) {
    const failed = new messages.ErrorResourceInitFailed();
    failed.setId(error.made.id);
    failed.setProperties(
      structs.Struct.fromJavaScript(error.made.state as Parameters<typeof structs.Struct.fromJavaScript>[0]),
    );
    failed.setReasonsList(error.made.reasons.map(printable));
    const detail = new anys.Any();
    detail.pack(failed.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
    const status = new statuses.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(detail);
    metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, message, metadata };
}
