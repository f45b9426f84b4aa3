import assert from "node:assert/strict";
import { isGoodEnough } from "../../../../../lab/pulumi/engine/cli";
import { failuresOf, parseEvents } from "../../../../../lab/pulumi/engine/events";

describe("the engine's event log", () => {
  const urn = "urn:pulumi:lab::perigee-infra::perigee:network:Network$aws:ec2/vpc:Vpc::network";
  const metadata = {
    op: "update",
    urn,
    type: "aws:ec2/vpc:Vpc",
    detailedDiff: { "tags.a": { diffKind: "add" } },
  };
  const lines = [
    { resourcePreEvent: { metadata, planning: true } },
    { resourcePreEvent: { metadata } },
    { diagnosticEvent: { severity: "info", message: "passing", ephemeral: true } },
    { diagnosticEvent: { severity: "error", message: "<{%fg 1%}>no<{%reset%}>", urn } },
    { resOpFailedEvent: { metadata } },
    { summaryEvent: { resourceChanges: { update: 1 } } },
  ].map((event) => JSON.stringify(event));

  it("is read in order, with names, changes and plain messages", () => {
    const events = parseEvents(lines.join("\n"));
    assert.deepEqual(
      events.resources.map(({ kind, operation, name, planning, changed }) => [
        kind,
        operation,
        name,
        planning,
        changed,
      ]),
      [
        ["begun", "update", "network", true, ["tags.a"]],
        ["begun", "update", "network", false, ["tags.a"]],
        ["failed", "update", "network", false, ["tags.a"]],
      ],
    );
    assert.deepEqual(events.diagnostics, [{ severity: "error", message: "no", urn }]);
    assert.deepEqual(events.summary, { update: 1 });
  });

  it("tells what went wrong, once for each resource", () => {
    const told = (message: string, at = urn) => ({ severity: "error", message, urn: at });
    const stack = "urn:pulumi:lab::perigee-infra::pulumi:pulumi:Stack::perigee-infra-lab";
    const diagnostics = [told("error: it is\n  full\n"), told("it is\n  full"), told("update failed", stack)];
    const failures = failuresOf({ resources: [], diagnostics, summary: {} });
    assert.deepEqual(failures, ["network: it is\n  full"]);
    const ofTheEngine = { resources: [], diagnostics: [told("no plugin", "")], summary: {} };
    assert.deepEqual(failuresOf(ofTheEngine), ["no plugin"]);
  });

  it("may end in the middle of a line, as an interrupted engine leaves it", () => {
    assert.equal(parseEvents(lines.join("\n").slice(0, -20)).resources.length, 3);
  });
});

describe("a Pulumi CLI on PATH", () => {
  it("is used from the release on that the lab is tested with", () => {
    const verdicts = [
      [3, 259, 0],
      [3, 260, 1],
      [4, 0, 0],
      [3, 258, 9],
      [2, 300, 0],
    ].map(isGoodEnough);
    assert.deepEqual(verdicts, [true, true, true, false, false]);
  });
});
