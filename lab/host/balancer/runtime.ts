/** haproxy's runtime interface: one command a connection, by its socket. */
import { connect } from "node:net";

const limitMs = 5000;

/**
 * Answer of haproxy to one command.
 * @throws Error when the socket does not answer
 */
export function tellHaproxy(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const connection = connect(socket, () => connection.write(`${command}\n`));
    connection.setTimeout(limitMs, () => connection.destroy(new Error(`no answer to "${command}"`)));
    connection.on("data", (part) => parts.push(part));
    connection.once("error", reject);
    connection.once("end", () => resolve(Buffer.concat(parts).toString()));
  });
}
