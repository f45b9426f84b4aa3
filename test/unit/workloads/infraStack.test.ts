import assert from "node:assert/strict";
import { contractVersion } from "../../../contract/outputs";
import { contractProblem } from "../../../workloads/infraStack";

describe("reading stack 1", () => {
  const stack = "organization/perigee-infra/dev";

  it("takes outputs of its own contract", () => {
    assert.equal(contractProblem(stack, { contractVersion }), undefined);
  });

  it("says that a stack without outputs is not up, and how to bring it up", () => {
    assert.equal(
      contractProblem(stack, {}),
      "the stack organization/perigee-infra/dev is not up: it has no outputs\n" +
        "  Bring it up first, in the repository's root:  pulumi up -s dev",
    );
  });

  it("says which versions do not fit", () => {
    assert.equal(
      contractProblem(stack, { contractVersion: 99 }),
      "the stack organization/perigee-infra/dev speaks version 99 of the contract between the stacks, " +
        `this program version ${contractVersion}\n` +
        "  Update it from the same checkout, in the repository's root:  pulumi up -s dev",
    );
  });
});
