import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandProvider } from "../../../../../lab/pulumi/providers/command/commandProvider";
import { SshMachine } from "../../../../../lab/pulumi/providers/command/sshMachine";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import {
  isSecret,
  map,
  type Properties,
  revealAll,
  secret,
  unknownValue,
} from "../../../../../lab/pulumi/providers/rpc/values";
import { type KeyPair, makeKey, startServer, type TestServer } from "./sshServer";

const remoteToken = "command:remote:Command";
const localToken = "command:local:Command";

describe("the stand-in for the command provider", function () {
  this.timeout(20_000);
  const key = makeKey();
  const provider = new CommandProvider(
    "1.2.1",
    { scriptedState: undefined, agentSocket: undefined, inherited: { PATH: "/usr/bin:/bin" } },
    new SshMachine(undefined),
  );
  let server: TestServer;
  let said: string[];

  before(async () => {
    server = await startServer({ authorized: key });
  });
  after(() => server.close());
  beforeEach(() => {
    said = [];
  });

  function call(type: string, signal = new AbortController().signal): ResourceCall {
    const say = (message: string) => void said.push(message);
    return {
      urn: `urn:pulumi:s::p::${type}::one`,
      type,
      name: "one",
      signal,
      log: { status: say, warn: say, error: say },
    };
  }

  function login(more: Properties = {}, to: TestServer = server, as: KeyPair = key): Properties {
    return {
      host: "127.0.0.1",
      port: to.port,
      user: "ubuntu",
      privateKey: as.private,
      hostKey: to.hostKey.public,
      dialErrorLimit: 0,
      perDialTimeout: 5,
      ...more,
    };
  }

  async function checked(type: string, inputs: Properties): Promise<Properties> {
    const result = await provider.check(call(type), {}, inputs);
    assert.deepEqual(result.failures, []);
    return result.inputs;
  }

  async function create(inputs: Properties, type = remoteToken, signal?: AbortSignal) {
    const { outputs } = await provider.create(call(type, signal), await checked(type, inputs), false);
    return outputs;
  }

  describe("a remote command", () => {
    it("fails with an SSH agent that is gone, though it has a key to log in with, as the released 1.2.1 does", async () => {
      const machine = new SshMachine("/nowhere/agent");
      const settings = { scriptedState: undefined, agentSocket: "/nowhere/agent", inherited: {} };
      const withAgent = new CommandProvider("1.2.1", settings, machine);
      const inputs = { connection: login(), create: "true" };
      await assert.rejects(
        withAgent.create(call(remoteToken), inputs, false),
        /dial unix \/nowhere\/agent: connect: no such file or directory/,
      );
    });

    it("gives what it printed, one newline less, and logs it line by line", async () => {
      const outputs = await create({
        connection: login(),
        create: "cat; echo oops >&2",
        stdin: "one\ntwo\n",
      });
      assert.deepEqual([outputs["stdout"], outputs["stderr"]], ["one\ntwo", "oops"]);
      assert.deepEqual([...said].sort(), ["one", "oops", "two"]);
    });

    it("logs the stream that is asked for, or nothing", async () => {
      await create({ connection: login(), create: "echo a; echo b >&2", logging: "stderr" });
      await create({ connection: login(), create: "echo c; echo d >&2", logging: "none" });
      assert.deepEqual(said, ["b"]);
    });

    it("that fails says how, which command, and all it printed", async () => {
      const inputs = { connection: login(), create: "echo started; exit 3" };
      await assert.rejects(create(inputs), {
        message: 'Process exited with status 3: running "echo started; exit 3":\nstarted\n',
      });
    });

    it("whose connection is lost is an error", async () => {
      await assert.rejects(
        create({ connection: login(), create: "drop" }),
        /without exit status or exit signal/,
      );
    });

    it("that never ends, ends when the engine cancels", async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error("cancelled")), 300);
      const began = Date.now();
      await assert.rejects(
        create({ connection: login(), create: "sleep 60" }, remoteToken, controller.signal),
        /cancelled/,
      );
      assert.ok(Date.now() - began < 5000);
    });

    it("updates by `update`, else by `create`, with the last output in its environment where wanted", async () => {
      const first = { connection: login(), create: "echo made", update: "echo was $PULUMI_COMMAND_STDOUT" };
      const old = { inputs: await checked(remoteToken, first), outputs: await create(first) };
      const update = async (news: Properties) =>
        (await provider.update(call(remoteToken), "id", old, await checked(remoteToken, news), false))[
          "stdout"
        ];
      assert.equal(await update(first), "was made");
      assert.equal(await update({ ...first, addPreviousOutputInEnv: false }), "was");
      assert.equal(await update({ connection: login(), create: "echo again" }), "again");
    });

    it("deletes by `delete` with the stored connection, and without one does nothing", async () => {
      const folder = await mkdtemp(join(tmpdir(), "perigee-command-"));
      const state = await create({ connection: login(), create: "true", delete: `touch ${folder}/gone` });
      await provider.delete(call(remoteToken), "id", state);
      assert.equal(await readFile(join(folder, "gone"), "utf8"), "");
      const dead = await checked(remoteToken, { connection: login({ host: "192.0.2.1" }), create: "true" });
      await provider.delete(call(remoteToken), "id", dead);
      await rm(folder, { recursive: true });
    });

    it("keeps secrets secret: the connection and its keys always, the rest as the program marks it", async () => {
      const outputs = await create({ connection: login(), create: "true", stdin: secret("hunter2") });
      assert.ok(isSecret(outputs["connection"]));
      assert.ok(isSecret(map(map(outputs, "connection"), "value")["privateKey"]));
      assert.deepEqual(outputs["stdin"], secret("hunter2"));
      assert.deepEqual(revealAll(outputs)["stdin"], "hunter2");
    });
  });

  describe("a connection", () => {
    it("to a machine with another host key is refused", async () => {
      const connection = login({ hostKey: makeKey().public });
      await assert.rejects(create({ connection, create: "echo never" }), {
        message: "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
      });
    });

    it("with a key that nobody knows is refused", async () => {
      await assert.rejects(
        create({ connection: login({}, server, makeKey()), create: "true" }),
        /unable to authenticate/,
      );
    });

    it("is dialled again while a machine boots, and says so", async () => {
      const booting = await startServer({ authorized: key, dropFirst: 2 });
      const outputs = await create({ connection: login({ dialErrorLimit: 5 }, booting), create: "echo up" });
      booting.close();
      assert.equal(outputs["stdout"], "up");
      assert.deepEqual(said, ["Dial 1/5 failed: retrying", "Dial 2/5 failed: retrying", "up"]);
    });

    it("is given up after its limit of errors", async () => {
      const connection = login({ port: 1, dialErrorLimit: 2 });
      await assert.rejects(create({ connection, create: "true" }), {
        message: "after 2 failed attempts: dial tcp 127.0.0.1:1: connect: connection refused",
      });
    });

    it("to something that accepts and stays silent ends when the engine cancels", async () => {
      const silent = net.createServer(() => undefined).listen(0, "127.0.0.1");
      await new Promise((resolve) => silent.once("listening", resolve));
      const { port } = silent.address() as net.AddressInfo;
      const signal = AbortSignal.timeout(200);
      await assert.rejects(create({ connection: login({ port }), create: "true" }, remoteToken, signal));
      silent.close();
    });
  });

  describe("check and diff", () => {
    it("fill in the connection's defaults, and name what is missing or wrong", async () => {
      const inputs = revealAll(await checked(remoteToken, { connection: { host: "a" }, create: "true" }));
      assert.deepEqual(inputs["connection"], {
        host: "a",
        user: "root",
        port: 22,
        dialErrorLimit: 10,
        perDialTimeout: 15,
      });
      const { failures } = await provider.check(
        call(remoteToken),
        {},
        { connection: { port: "22" }, logging: "all", shell: "sh" },
      );
      assert.deepEqual(failures.map(({ property }) => property).sort(), [
        "connection.host",
        "connection.port",
        "logging",
        "shell",
      ]);
    });

    it("refuse what no program here uses, and ignore none of it", async () => {
      const proxied = { connection: { host: "a", proxy: { host: "b" } } };
      const { failures } = await provider.check(call(remoteToken), {}, proxied);
      assert.deepEqual(
        failures.map(({ property }) => property),
        ["connection.proxy"],
      );
      const copied = await provider.check(call("command:remote:CopyToRemote"), {}, {});
      assert.match(copied.failures[0]?.reason ?? "", /does not know command:remote:CopyToRemote; it knows:/);
    });

    it("leave a changed trigger to the SDK's replaceOnChanges, and replace for the list as a whole", async () => {
      const paths = async (olds: Properties, news: Properties) => {
        const { changes } = await provider.diff(
          call(remoteToken),
          "id",
          { inputs: olds, outputs: olds },
          news,
        );
        return changes.map(({ path, replaces }) => `${path}${replaces ? " replaces" : ""}`);
      };
      assert.deepEqual(await paths({ triggers: ["a"] }, { triggers: ["b"] }), ["triggers[0]"]);
      assert.deepEqual(await paths({}, { triggers: ["b"] }), ["triggers replaces"]);
      assert.deepEqual(await paths({ stdin: secret("a") }, { stdin: "a" }), []);
    });

    it("leave outputs open in a preview, and run nothing", async () => {
      const inputs = await checked(remoteToken, { connection: login({ host: "192.0.2.1" }), create: "true" });
      const { outputs } = await provider.create(call(remoteToken), inputs, true);
      assert.deepEqual([outputs["stdout"], outputs["stderr"]], [unknownValue, unknownValue]);
    });
  });

  describe("a local command", () => {
    it("runs with its interpreter, folder, environment and stdin", async () => {
      const outputs = await create(
        {
          create: "cat; pwd; echo $COLOUR",
          dir: "/",
          stdin: "in\n",
          environment: { COLOUR: "red" },
          interpreter: ["/bin/sh", "-c"],
        },
        localToken,
      );
      assert.equal(outputs["stdout"], "in\n/\nred");
    });

    it("that fails says so in Go's words", async () => {
      await assert.rejects(create({ create: "echo bad; exit 2" }, localToken), {
        message: 'exit status 2: running "echo bad; exit 2":\nbad\n',
      });
    });
  });
});
