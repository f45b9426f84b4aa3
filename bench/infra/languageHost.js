"use strict";
// Loads a TypeScript file as Pulumi's language host loads the program of stack 1: in infra/, with source maps, with
// the ts-node that @pulumi/pulumi brings, checking types only when it is told to (@pulumi/pulumi/cmd/run/run.js).
// Usage: node languageHost.js check|strip FILE [ARGUMENT...]
const path = require("node:path");

require("source-map-support/register");
const [, , mode, file, ...rest] = process.argv;
process.chdir(path.join(__dirname, "../../infra"));
const pulumi = path.dirname(require.resolve("@pulumi/pulumi/package.json"));
require(path.join(pulumi, "vendor/ts-node@7.0.1")).register({
  compiler: "typescript",
  transpileOnly: mode === "strip",
  project: "tsconfig.json",
  skipProject: false,
  compilerOptions: {
    target: "ES2020",
    module: "commonjs",
    moduleResolution: "node10",
    sourceMap: "true",
    // The program's own setting is `noCheck`; here the mode decides.
    noCheck: mode === "strip",
  },
});
process.argv = [process.argv[0], file, ...rest];
require(path.join(__dirname, file));
