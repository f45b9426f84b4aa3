/** gRPC server of a plugin on the loopback interface, as the engine expects it. */
import * as grpc from "@grpc/grpc-js";

/** User data and package documents can exceed gRPC's 4 MiB default. */
const messageLimit = 64 * 1024 * 1024;

/**
 * Serves a part of the service on a free port, and prints the port for the engine.
 * @throws Error when no port can be bound
 */
export async function listen(
  service: grpc.ServiceDefinition,
  served: grpc.UntypedServiceImplementation,
): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": messageLimit });
  server.addService(service, served);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  process.stdout.write(`${port}\n`);
}
