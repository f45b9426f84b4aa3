import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  type AnalyzeResponse,
  AnalyzerResourceOptions,
  EnforcementLevel,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
const pack = join(__dirname, "../../../policy");

describe("the policy pack as the engine runs it", () => {
  let host: ChildProcess;
  let client: AnalyzerClient;

  before(async function () {
    this.timeout(60_000);
    // What `pulumi up --policy-pack policy` starts; it prints the port that it answers on.
    host = spawn(process.execPath, [join(sdk, "cmd/run-policy-pack"), "127.0.0.1:1", "."], {
      cwd: pack,
      stdio: ["ignore", "pipe", "inherit"],
    });
    assert.ok(host.stdout !== null);
    const [port] = (await once(createInterface(host.stdout), "line")) as [string];
    client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  });
  after(() => {
    client.close();
    host.kill();
  });

  async function analysed(type: string, properties: Record<string, JavaScriptValue>): Promise<string[]> {
    const request = new AnalyzeRequest();
    request.setType(type);
    request.setName("under-test");
    request.setUrn(`urn:pulumi:test::perigee-infra::${type}::under-test`);
    const options = new AnalyzerResourceOptions();
    options.setCustomtimeouts(new AnalyzerResourceOptions.CustomTimeouts());
    request.setOptions(options);
    request.setProperties(Struct.fromJavaScript(properties));
    const analyze = promisify<AnalyzeRequest, AnalyzeResponse>((asked, answer) =>
      client.analyze(asked, answer),
    );
    const answer = await analyze(request);
    return answer.getDiagnosticsList().map((one) => {
      const mandatory = one.getEnforcementlevel() === EnforcementLevel.MANDATORY;
      return `${one.getPolicyname()} ${mandatory ? "mandatory" : "advisory"}`;
    });
  }

  const tags = { "perigee:cluster": "ground", "kubernetes.io/cluster/ground": "owned" };
  const rule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

  it("stops a rule that admits the world", async () => {
    const open = { tags, ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" };
    assert.deepEqual(await analysed(rule, open), ["no-world-access mandatory"]);
  });

  it("lets one for an operator's own block pass", async () => {
    const own = { tags, ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "203.0.113.0/24" };
    assert.deepEqual(await analysed(rule, own), []);
  });

  it("only advises during a preview, where user data is not known yet", async () => {
    const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const machine = {
      tags,
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, tags },
      userData: unknownText,
    };
    assert.deepEqual(await analysed("aws:ec2/instance:Instance", machine), ["small-user-data advisory"]);
  });
});
