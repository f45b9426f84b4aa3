"use strict";
// An antenna that reports how far it points off its target: any program with a page of metrics looks like this.
const { createServer } = require("node:http");

const error = Number(process.env.POINTING_ERROR_DEGREES);

const metrics = `# HELP antenna_pointing_error_degrees Angle between the antenna and its target.
# TYPE antenna_pointing_error_degrees gauge
antenna_pointing_error_degrees ${error}
`;

createServer((request, response) => {
  response.setHeader("Content-Type", "text/plain; version=0.0.4");
  response.end(request.url === "/metrics" ? metrics : "ok\n");
}).listen(8080);

process.on("SIGTERM", () => process.exit(0));
