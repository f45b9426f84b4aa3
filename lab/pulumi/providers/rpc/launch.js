"use strict";
// Starts a stand-in provider: node launch.js NAME [ARGUMENT...]
const path = require("node:path");
const { bundle } = require("./bundle");

const root = path.resolve(__dirname, "../../../..");

async function launch(name) {
  const cache = path.join(root, "node_modules/.cache/perigee-providers");
  require(await bundle(root, path.join("lab/pulumi/providers", name, "main.ts"), cache));
}

const [name] = process.argv.splice(2, 1);
launch(name).catch((error) => {
  console.error(error);
  process.exit(1);
});
