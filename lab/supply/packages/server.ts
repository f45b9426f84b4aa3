/** HTTP server of a folder, as a program: `server.ts <folder> <address> <port>`. It outlives the command that starts it. */
import { createServer } from "node:http";
import serveStatic from "serve-static";

const [folder = "", address = "", port = ""] = process.argv.slice(2);
const files = serveStatic(folder, { index: false, redirect: false });

const server = createServer((request, response) => {
  response.once("finish", () => {
    console.log(`${request.socket.remoteAddress} ${request.method} ${request.url} ${response.statusCode}`);
  });
  files(request, response, () => void response.writeHead(404).end("not found\n"));
});

server.listen(Number(port), address, () => console.log(`serving ${folder} on ${address}:${port}`));
