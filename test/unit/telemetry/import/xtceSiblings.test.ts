/** Containers of XTCE that are told apart by less than their own conditions: siblings, given APIDs, messages. */
import assert from "node:assert/strict";
import { spacePacket } from "../packets/dictionaryOf";
import {
  apid7,
  basedOn,
  comparison,
  container,
  entries,
  imported,
  integer,
  parameter,
  type Result,
  xtce,
} from "./xtceOf";

const of = (containers: string, more = "", apids: readonly number[] = []): Result =>
  imported(
    "xtce",
    xtce({
      types: integer("U8", 8),
      parameters: ["A", "B"].map((name) => parameter(name, "U8")).join(""),
      ...{ containers, more },
    }),
    { apids },
  );

const read = ({ decode }: Result, hex: string, apid: number): unknown => {
  const { packet, values } = decode(spacePacket(hex, { apid }));
  return { packet, values };
};

describe("containers of XTCE with the same conditions", () => {
  const base = container("P", entries("A"), apid7);
  const same = basedOn("P", comparison("A", 1));

  it("are the one that has fields, and the other one is named with the line of the file", () => {
    const result = of(base + container("X", "", same) + container("Y", entries("B"), same));
    assert.deepEqual(result.leftOut, [
      "SequenceContainer X: APID 7 is already packet y (line 6): by the same conditions",
    ]);
    assert.deepEqual(read(result, "01 02", 7), { packet: "y", values: { a: 1, b: 2 } });
  });
});

describe("APIDs that are given for a container of XTCE", () => {
  const root = container("R", entries("A"), '<BaseContainer containerRef="CCSDS"/>');
  const x = (criteria: string): string =>
    container("X", entries("B"), basedOn("R", `<ComparisonList>${criteria}</ComparisonList>`));

  it("are those of what is based on it, where that says them", () => {
    const result = of(root + x(comparison("H3", 5)), "", [5, 6]);
    assert.deepEqual(result.leftOut, []);
    assert.match(result.notes.join("\n"), /R: APID 5 is that of X, not also of R/);
    assert.deepEqual(read(result, "01 02", 5), { packet: "x", values: { a: 1, b: 2 } });
    assert.deepEqual(read(result, "01 02", 6), { packet: "r_6", values: { a: 1 } });
  });

  it("are also its own, where further conditions tell the two apart", () => {
    const result = of(root + x(comparison("H3", 5) + comparison("A", 1)), "", [5, 6]);
    assert.deepEqual(result.leftOut, []);
    assert.deepEqual(read(result, "01 02", 5), { packet: "x_5", values: { a: 1, b: 2 } });
    assert.deepEqual(read(result, "03 02", 5), { packet: "r_5", values: { a: 3 } });
    assert.deepEqual(read(result, "01 02", 6), { packet: "r_6", values: { a: 1 } });
  });

  it("are not those of what is based on it with others, where that has several", () => {
    const two = comparison("H3", 5, "&gt;=") + comparison("H3", 7, "&lt;=") + comparison("A", 1);
    const result = of(root + x(two), "", [5]);
    assert.deepEqual(result.leftOut, []);
    assert.deepEqual(read(result, "01 02", 5), { packet: "x", values: { a: 1, b: 2 } });
    assert.deepEqual(read(result, "01 02", 7), { packet: "x_7", values: { a: 1, b: 2 } });
  });
});

describe("messages of XTCE", () => {
  const message = (criteria: string): string =>
    `<Message name="M"><MatchCriteria>${criteria}</MatchCriteria><ContainerRef containerRef="X"/></Message>`;
  const x = container("X", entries("B"), '<BaseContainer containerRef="CCSDS"/>');

  it("say which packets a container is", () => {
    const result = of(x, `<MessageSet>${message(comparison("H3", 5))}</MessageSet>`);
    assert.deepEqual(result.leftOut, []);
    assert.deepEqual(read(result, "02", 5), { packet: "x", values: { b: 2 } });
  });

  it("of one container are alternatives", () => {
    const result = of(
      x,
      `<MessageSet>${[5, 6].map((apid) => message(comparison("H3", apid))).join("")}</MessageSet>`,
    );
    assert.deepEqual(result.leftOut, []);
    assert.deepEqual(read(result, "02", 6), { packet: "x_6", values: { b: 2 } });
  });

  it("are named where there is no such container", () => {
    const ghosts = '<Message name="G"><ContainerRef containerRef="Ghost"/></Message><Message name="N"/>';
    const result = of(x, `<MessageSet>${message(comparison("H3", 5))}${ghosts}</MessageSet>`);
    assert.deepEqual(result.leftOut, [
      "Message G: its container Ghost is not in the file",
      "Message N: its container (none) is not in the file",
    ]);
    assert.deepEqual(read(result, "02", 5), { packet: "x", values: { b: 2 } });
  });
});
