import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { reasonOf } from "../../../telemetry/reasonOf";

describe("the reason of a failure", () => {
  it("is that of each address of a host that has several", async () => {
    const refused = ["127.0.0.1", "127.0.0.2"];
    const socket = connect({
      ...{ host: "both", port: 1 },
      lookup: (_host, _options, done) =>
        done(
          null,
          refused.map((address) => ({ address, family: 4 })),
        ),
    });
    const [error] = (await once(socket, "error").catch((thrown: unknown) => [thrown])) as [unknown];
    assert.equal(reasonOf(error), refused.map((each) => `connect ECONNREFUSED ${each}:1`).join(", "));
  });

  it("is what lies behind it too, each thing once", async () => {
    const refused = await fetch("http://127.0.0.1:59999").catch((error: unknown) => error);
    assert.equal(reasonOf(refused), "fetch failed: connect ECONNREFUSED 127.0.0.1:59999");
    assert.equal(reasonOf(new Error("away", { cause: new Error("away") })), "away");
    assert.equal(reasonOf(new AggregateError([new Error("a"), new Error("a")])), "a");
    assert.equal(reasonOf("text"), "text");
  });
});
