/**
 * `pulumi-language-nodejs`: the host in which the engine runs a Node program when there is no released CLI. The
 * released host comes only with the CLI and cannot be built from a module; the last one that can has no resource
 * hooks. The program itself runs under the SDK's own loader (`@pulumi/pulumi/cmd/run`), as under the released host.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import sdk from "@pulumi/pulumi/package.json";
import { type ILanguageRuntimeServer, LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { tracked, watchEngine } from "../rpc/lifetime";
import { listen } from "../rpc/listen";
import { programEnvironment } from "./settings";

/** The loader's exit code for a program that failed and has already reported the reason to the user. */
const toldTheUser = 32;

const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const programs = new Set<ChildProcess>();

/** Implemented calls; all others (packages, code generation) return UNIMPLEMENTED: the lab uses none of them. */
type Served = Pick<
  ILanguageRuntimeServer,
  "getPluginInfo" | "getRequiredPackages" | "getRequiredPlugins" | "run" | "cancel"
>;

const served: Served = {
  getPluginInfo(_call, callback) {
    const info = new PluginInfo();
    info.setVersion(sdk.version);
    callback(null, info);
  },
  // The lab selects the plugins itself; the engine must not look for any.
  getRequiredPackages: (_call, callback) => callback(null, new messages.GetRequiredPackagesResponse()),
  getRequiredPlugins: (_call, callback) => callback(null, new messages.GetRequiredPluginsResponse()),
  run({ request }, callback) {
    tracked(run(request)).then(
      (response) => callback(null, response),
      (error: Error) => callback({ code: grpc.status.UNKNOWN, details: error.message }),
    );
  },
  cancel(_call, callback) {
    for (const program of programs) program.kill("SIGINT");
    callback(null, new Empty());
  },
};

/** Runs the program to its end. Its output goes to the host's own output: to the engine. */
async function run(request: messages.RunRequest): Promise<messages.RunResponse> {
  const folder = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const loader = createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const program = spawn(process.execPath, [loader, ...programArguments(request)], {
    env: programEnvironment(request),
    stdio: ["ignore", "inherit", "inherit"],
  });
  programs.add(program);
  const code = await new Promise<number | null>((resolve, reject) => {
    program.once("error", reject).once("close", resolve);
  });
  programs.delete(program);
  const response = new messages.RunResponse();
  response.setBail(code === toldTheUser);
  if (code !== 0 && code !== toldTheUser) {
    response.setError(`the program ended with ${code === null ? "a signal" : `exit code ${code}`}`);
  }
  return response;
}

/** Arguments of the SDK's loader, as in its usage text. */
function programArguments(request: messages.RunRequest): string[] {
  const info = request.getInfo();
  return [
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engine}`,
    `--organization=${request.getOrganization()}`,
    `--project=${request.getProject()}`,
    `--root-directory=${info?.getRootDirectory() ?? ""}`,
    `--stack=${request.getStack()}`,
    `--pwd=${request.getPwd()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getProgram() || info?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

async function main(): Promise<void> {
  process.on("exit", () => {
    for (const program of programs) program.kill("SIGKILL");
  });
  watchEngine("undo");
  await listen(LanguageRuntimeService, served);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
