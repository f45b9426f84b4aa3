import assert from "node:assert/strict";
import { spacePacket } from "../packets/dictionaryOf";
import { imported } from "./xtceOf";

describe("what the dictionary's check refuses", () => {
  it("is left out with the check's words: a parameter, whose neighbours keep their places", () => {
    const { leftOut, decode } = imported(
      "csv",
      "name,data_type,bit_length,encoding\nA,uint,8,\nB,uint,8,mil-std-1750a\nC,uint,8,\n",
      {
        apids: [1],
      },
    );
    assert.deepEqual(leftOut, ["Field B: unsigned is encoded as binary or bcd"]);
    assert.deepEqual(decode(spacePacket("01 02 03")).values, { a: 1, c: 3 });
  });

  it("is left out: a packet, and what is based on it", () => {
    const { leftOut, decode } = imported(
      "csv",
      "packet,apid,name,data_type,bit_length\none,1,A,uint,8\ntwo,2,B,uint,8\nagain,1,C,uint,8\n",
    );
    assert.equal(leftOut.length, 1);
    assert.match(leftOut.join(), /^Packet again: APID 1 is already packet one/);
    assert.deepEqual(decode(spacePacket("05", { apid: 2 })).values, { b: 5 });
  });

  it("is all: then there is no dictionary, and the reasons are said", () => {
    assert.throws(
      () => imported("csv", "name,data_type,bit_length,encoding\nB,uint,8,mil-std-1750a\n", { apids: [1] }),
      /has no packet that a dictionary can have; line 2: Field B: unsigned is encoded as/,
    );
  });
});
