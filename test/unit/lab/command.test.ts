import { strict as assert } from "node:assert";
import { ask, CommandError, run } from "../../../lab/command";

describe("a command", () => {
  it("gives its standard output, and takes its input", async () => {
    assert.equal(await run("sh", ["-c", "cat; echo aside >&2"], { input: "given\n" }), "given\n");
  });

  it("that fails says what it wrote, on either output", async () => {
    await assert.rejects(
      run("sh", ["-c", "echo one; echo two >&2; exit 4"]),
      ({ message, name }: Error) => name === "CommandError" && /: exit 4\n(one\ntwo|two\none)$/.test(message),
    );
  });

  it("that takes too long is ended, and says so", async () => {
    await assert.rejects(
      run("sleep", ["30"], { limitMs: 200 }),
      new CommandError("sleep", ["30"], "timed out after 0.2 s", ""),
    );
  });

  it("that is not installed says so; asked about this host, it has nothing to tell", async () => {
    await assert.rejects(run("no-such-program", []), /no-such-program.*ENOENT/);
    assert.equal(await ask("no-such-program", []), "");
    await assert.rejects(ask("false", []), CommandError);
  });
});
