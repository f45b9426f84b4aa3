import assert from "node:assert/strict";
import fc from "fast-check";
import { crc16 } from "../../../../telemetry/decoder";
import { TmFrameWriter } from "../../../../telemetry/links/frameWriter";
import { randomised } from "../../../../telemetry/links/randomiser";
import { framesOf } from "../../../support/telemetry/frames";
import { modelOfFrames } from "../../../support/telemetry/streamModels";
import {
  anyPackets,
  anyPlaces,
  cut,
  garbage,
  isSame,
  linkOf,
  marker,
  packet,
  pushAll,
  withoutIdle,
} from "../../../support/telemetry/streams";

for (const kind of ["tm", "aos"] as const) {
  describe(`${kind.toUpperCase()} frames`, () => {
    const url = (frameBytes: number, more = ""): string =>
      `tcp://a:1?framing=${kind}&frameBytes=${frameBytes}${more}`;
    const anyFrameBytes = fc.integer({ min: 16, max: 200 });
    /** The frame with another count. */
    const numbered = (frame: Buffer, count: number): Buffer => {
      const other = Buffer.from(frame);
      if (kind === "tm") other[3] = count % 256;
      else other.writeUIntBE(count, 2, 3);
      other.writeUInt16BE(crc16(other, 0, other.length - 2), other.length - 2);
      return other;
    };
    /** An idle frame of the same channel. */
    const idleOf = (frame: Buffer, count: number, filling: number): Buffer => {
      const idle = Buffer.from(frame).fill(filling, kind === "tm" ? 6 : 8);
      idle.writeUInt16BE((frame.readUInt16BE(kind === "tm" ? 4 : 6) & 0xf800) | 0x7fe, kind === "tm" ? 4 : 6);
      return numbered(idle, count);
    };
    const stream = (frames: readonly Buffer[]): Buffer =>
      Buffer.concat(frames.flatMap((each) => [marker, each]));

    it("give every packet, however long it and the frames are, wherever the stream is cut", () => {
      fc.assert(
        fc.property(
          anyPackets,
          anyFrameBytes,
          anyPlaces,
          fc.nat(255),
          (packets, frameBytes, places, count) => {
            const { link, packets: given } = linkOf(url(frameBytes));
            const frames = framesOf(packets, { kind, frameBytes, count });
            pushAll(link.stream(), cut(stream(frames), places));
            isSame(withoutIdle(given), packets);
            const { frames: received, frameGaps, skippedBytes, cutPackets } = link.counters;
            assert.deepEqual([received, frameGaps, skippedBytes, cutPackets], [frames.length, 0, 0, 0]);
          },
        ),
      );
    });

    it("give every packet where idle frames stand between the parts of one", () => {
      const pointerAt = kind === "tm" ? 4 : 6;
      fc.assert(
        fc.property(anyPackets, anyFrameBytes, fc.func(fc.boolean()), (packets, frameBytes, isIdleBehind) => {
          const { link, packets: given } = linkOf(url(frameBytes));
          const frames = framesOf(packets, { kind, frameBytes }).flatMap((frame, i) => {
            const idle = Buffer.from(frame);
            idle.writeUInt16BE((idle.readUInt16BE(pointerAt) & 0xf800) | 0x7fe, pointerAt);
            return isIdleBehind(i) ? [frame, idle] : [frame];
          });
          frames.forEach((frame, i) => {
            if (kind === "tm") frame[3] = i % 256;
            else frame.writeUIntBE(i, 2, 3);
            frame.writeUInt16BE(crc16(frame, 0, frameBytes - 2), frameBytes - 2);
          });
          link.stream().push(stream(frames));
          isSame(withoutIdle(given), packets);
          const { frameGaps, skippedBytes, cutPackets } = link.counters;
          assert.deepEqual([frameGaps, skippedBytes, cutPackets], [0, 0, 0]);
        }),
      );
    });

    it("are idle where they carry no packet, neither duplicates nor lost, alike or not, counted or not, from one station or two", () => {
      const packets = Array.from({ length: 40 }, (_, i) => packet(10, i, Buffer.alloc(42, i)));
      const frames = framesOf(packets, { kind, frameBytes: 60 });
      for (const [isCounted, isAlike] of [
        [true, true],
        [true, false],
        [false, true],
        [false, false],
      ]) {
        let count = 0;
        const sent = frames.flatMap((frame, i) => [
          numbered(frame, count++),
          ...[0, 1, 2].map((n) => idleOf(frame, isCounted ? count++ : count - 1, isAlike ? 0x55 : 3 * i + n)),
        ]);
        const one = linkOf(url(60));
        one.link.stream().push(stream(sent));
        isSame(withoutIdle(one.packets), packets);
        const { idleFrames, duplicateFrames, frameGaps, lateFrames } = one.link.counters;
        assert.deepEqual([idleFrames, duplicateFrames, frameGaps, lateFrames], [3 * frames.length, 0, 0, 0]);
        const two = linkOf(url(60));
        two.link.stream().push(stream(sent.flatMap((each) => [each, each])));
        isSame(withoutIdle(two.packets), packets);
        const { counters } = two.link;
        assert.deepEqual(
          [counters.idleFrames, counters.duplicateFrames, counters.frameGaps],
          [6 * frames.length, frames.length, 0],
        );
      }
    });

    it("that are idle tell which before them are lost", () => {
      const frames = framesOf([packet(10, 0, Buffer.alloc(42))], { kind, frameBytes: 60 });
      const [frame = Buffer.alloc(0)] = frames;
      const { link } = linkOf(url(60));
      link.stream().push(stream([frame, idleOf(frame, 4, 0x55), idleOf(frame, 5, 0x55)]));
      assert.deepEqual([link.counters.frameGaps, link.counters.idleFrames], [3, 2]);
    });

    it("that are lost are counted, cost the packets that were in them, and no other", () => {
      fc.assert(
        fc.property(
          anyPackets,
          anyFrameBytes,
          fc.func(fc.integer({ min: 0, max: 3 })),
          (packets, frameBytes, dice) => {
            const numbered = packets.map((each, i) => packet(10, i, each.subarray(6)));
            const frames = framesOf(numbered, { kind, frameBytes });
            const kept = frames.map((_, i) => i === 0 || i === frames.length - 1 || dice(i) !== 0);
            const { link, packets: given } = linkOf(url(frameBytes));
            link.stream().push(stream(frames.filter((_, i) => kept[i])));
            // The model: a packet comes when all frames from its first to its last byte did, and its start was known.
            const zone = frameBytes - (kind === "tm" ? 8 : 10);
            let at = 0;
            const wanted = numbered.filter((each) => {
              const [from, to] = [Math.floor(at / zone), Math.floor((at + each.length - 1) / zone)];
              at += each.length;
              return kept.slice(from, to + 1).every(Boolean);
            });
            isSame(withoutIdle(given), wanted);
            // As far as the counter tells: 256 TM frames lost at once are none.
            const lost = kept.filter((each) => !each).length;
            assert.equal(link.counters.frameGaps % 256, lost % 256);
          },
        ),
      );
    });

    it("whose bits are flipped are refused by their FECF", () => {
      fc.assert(
        fc.property(anyPackets, fc.nat(), (packets, place) => {
          const frames = framesOf(packets, { kind, frameBytes: 64 });
          const bad = stream(frames);
          const bit = 32 + (place % (64 * 8));
          bad[bit >>> 3] = (bad[bit >>> 3] ?? 0) ^ (0x80 >>> (bit & 7));
          const { link } = linkOf(url(64));
          link.stream().push(bad);
          assert.equal(link.counters.badFrames.fecf, 1);
        }),
      );
    });

    it("between noise, damaged and cut ones are taken as the model of the documents says, wherever the stream is cut", () => {
      const anyPart = fc.oneof(
        garbage,
        garbage.map((bytes) => Buffer.concat([bytes, marker])),
        fc.record({
          frame: fc.nat(30),
          bit: fc.nat(700),
          isDamaged: fc.boolean(),
          without: fc.constantFrom(0, 0, 0, 5),
        }),
      );
      fc.assert(
        fc.property(anyPackets, fc.array(anyPart, { maxLength: 15 }), anyPlaces, (packets, parts, places) => {
          const made = framesOf(packets, { kind, frameBytes: 64 });
          const bytes = Buffer.concat(
            parts.map((part) => {
              if (Buffer.isBuffer(part)) return part;
              const block = stream(made.slice(part.frame % made.length).slice(0, 1));
              const at = part.bit % block.length;
              if (part.isDamaged) block[at] = (block[at] ?? 0) ^ (1 << (part.bit % 8));
              return block.subarray(0, block.length - part.without);
            }),
          );
          const { link } = linkOf(url(64));
          const receiver = link.stream();
          pushAll(receiver, cut(bytes, places));
          const model = modelOfFrames(bytes, marker, 64);
          const { frames, badFrames } = link.counters;
          // Before the end: that gives up what may go on.
          assert.ok(frames <= model.frames && badFrames.fecf <= model.damaged);
          receiver.end();
          assert.deepEqual([link.counters.frames, badFrames.fecf], [model.frames, model.damaged]);
        }),
        { numRuns: 300 },
      );
    });

    it("of one channel twice, as from two stations, are used once", () => {
      const packets = Array.from({ length: 300 }, (_, i) => packet(10, i, Buffer.alloc(42)));
      const frames = framesOf(packets, { kind, frameBytes: 60, count: kind === "tm" ? 200 : 2 ** 24 - 9 });
      assert.ok(frames.length > 256);
      const { link, packets: given } = linkOf(url(60));
      link.stream().push(stream(frames.flatMap((each) => [each, each])));
      isSame(withoutIdle(given), packets);
      assert.deepEqual([link.counters.frameGaps, link.counters.duplicateFrames], [0, frames.length]);
    });

    it("that a network swaps or brings again, up to 127 behind, cost what was in them and are no gaps of a whole lap", () => {
      const packets = Array.from({ length: 400 }, (_, i) => packet(10, i, Buffer.alloc(42, i % 251)));
      const frames = framesOf(packets, { kind, frameBytes: 60, count: kind === "tm" ? 200 : 2 ** 24 - 9 });
      fc.assert(
        fc.property(
          fc.integer({ min: 128, max: frames.length - 130 }),
          fc.integer({ min: 1, max: 127 }),
          (at, behind) => {
            const { link } = linkOf(url(60));
            const moved = frames[at] ?? Buffer.alloc(0);
            const others = frames.toSpliced(at, 1);
            const late = others.toSpliced(at + behind, 0, moved);
            const again = frames.toSpliced(at + behind, 0, moved);
            link.stream().push(stream(late));
            const { frameGaps, lateFrames, duplicateFrames } = link.counters;
            assert.deepEqual([frameGaps, lateFrames, duplicateFrames], [1, 1, 0]);
            const other = linkOf(url(60));
            other.link.stream().push(stream(again));
            isSame(withoutIdle(other.packets), packets);
            assert.deepEqual([other.link.counters.frameGaps, other.link.counters.duplicateFrames], [0, 1]);
          },
        ),
      );
    });

    it("whose counter begins again cost one gap of a lap at most, and none of the packets behind it", () => {
      const packets = Array.from({ length: 300 }, (_, i) => packet(10, i, Buffer.alloc(42, i % 251)));
      const count = kind === "tm" ? 100 : 5_000_000;
      const before = framesOf(packets, { kind, frameBytes: 60, count });
      const after = framesOf(
        packets.map((_, i) => packet(11, i, Buffer.alloc(42, i % 241))),
        { kind, frameBytes: 60 },
      );
      const { link, packets: given } = linkOf(url(60));
      link.stream().push(stream([...before, ...after]));
      assert.equal(withoutIdle(given).length, 600);
      const { frameGaps, lateFrames, frameRestarts } = link.counters;
      if (kind === "tm") assert.ok(frameGaps < 256 && frameRestarts === 0);
      else assert.deepEqual([frameGaps, frameRestarts], [0, 1]);
      assert.equal(lateFrames, 0);
    });

    it("of a new pass are used, wherever its counter begins, also behind few frames of the one before", () => {
      const packets = (apid: number) =>
        Array.from({ length: 60 }, (_, i) => packet(apid, i, Buffer.alloc(42, i % 251)));
      for (const count of [0, 5, 150, 200]) {
        const first = framesOf(packets(10).slice(0, 8), { kind, frameBytes: 60, count: 10 });
        const pass = framesOf(packets(11), { kind, frameBytes: 60, count });
        const { link, packets: given } = linkOf(url(60));
        link.stream().push(stream([...first, ...pass]));
        assert.equal(withoutIdle(given).length, 68, String(count));
      }
    });

    it("that are lost in a number near a lap are counted, not taken for late ones", () => {
      const packets = Array.from({ length: 600 }, (_, i) => packet(10, i, Buffer.alloc(42, i % 251)));
      const frames = framesOf(packets, { kind, frameBytes: 60 });
      for (const lost of [128, 200, 240, 255]) {
        const { link } = linkOf(url(60));
        link.stream().push(stream(frames.toSpliced(150, lost)));
        const { frameGaps, lateFrames, duplicateFrames } = link.counters;
        assert.deepEqual([frameGaps, lateFrames, duplicateFrames], [lost, 0, 0], String(lost));
      }
    });

    it("of another spacecraft are left away where one is named, also without FECF", () => {
      for (const fecf of [true, false]) {
        const frames = framesOf([packet(10, 0, Buffer.alloc(90))], {
          ...{ kind, frameBytes: 50, spacecraftId: 42, fecf },
        });
        const given = (id: number): number => {
          const { link } = linkOf(url(50, `&fecf=${fecf}&spacecraftId=${id}`));
          const receiver = link.stream();
          receiver.push(stream(frames));
          receiver.end();
          assert.equal(link.counters.otherFrames, id === 42 ? 0 : frames.length);
          return link.counters.packets;
        };
        assert.equal(given(43), 0);
        assert.ok(given(42) > 0);
      }
    });

    it("have spacecraft IDs of 10 bits", () => {
      const frames = framesOf([packet(10, 0, Buffer.alloc(90))], { kind, frameBytes: 50, spacecraftId: 700 });
      for (const [id, other] of [
        [700, 0],
        [700 & 0xff, frames.length],
      ]) {
        const { link } = linkOf(url(50, `&spacecraftId=${id}`));
        link.stream().push(stream(frames));
        assert.equal(link.counters.otherFrames, other);
      }
    });

    it("that encapsulation packets fill give the space packets between", () => {
      const one = packet(10, 0, Buffer.alloc(20));
      const other = packet(11, 0, Buffer.alloc(20));
      const filling = [Buffer.from([0xe0]), Buffer.from([0xe1, 2]), Buffer.from([0xe2, 0, 0, 6, 1, 1])];
      const { link, packets: given } = linkOf(url(50));
      link.stream().push(stream(framesOf([one, ...filling, other], { kind, frameBytes: 50 })));
      isSame(withoutIdle(given), [one, other]);
      assert.equal(link.counters.cutPackets, 0);
    });

    it("end with their connection: no gap between two passes, and what was begun is cut", () => {
      const { link } = linkOf(url(50));
      const begun = framesOf([packet(10, 0, Buffer.alloc(90))], { kind, frameBytes: 50 });
      const pass = (frames: readonly Buffer[]): void => {
        const receiver = link.stream();
        receiver.push(stream(frames));
        receiver.end();
      };
      pass(begun.slice(0, 1));
      pass(framesOf([packet(10, 9, Buffer.alloc(90))], { kind, frameBytes: 50, count: 99 }));
      assert.deepEqual([link.counters.frameGaps, link.counters.cutPackets], [0, 1]);
    });

    it("are derandomised, their check symbols left away, in a stream and in datagrams without a marker", () => {
      const packets = [packet(10, 1, Buffer.alloc(100, 7)), packet(11, 2, Buffer.alloc(20, 8))];
      const blocks = framesOf(packets, { kind, frameBytes: 60 }).map((each) =>
        randomised(Buffer.concat([each, Buffer.alloc(32, 0xaa)])),
      );
      const more = "&randomised=true&reedSolomonBytes=32";
      const inStream = linkOf(url(60, more));
      inStream.link.stream().push(stream(blocks));
      isSame(withoutIdle(inStream.packets), packets);
      const inDatagrams = linkOf(`udp://a:1?framing=${kind}&frameBytes=60&marker=none${more}`);
      for (const block of blocks) inDatagrams.link.message(block);
      inDatagrams.link.message(Buffer.alloc(61));
      isSame(withoutIdle(inDatagrams.packets), packets);
      assert.equal(inDatagrams.link.counters.badFrames.length, 1);
    });

    it("of other virtual channels are left away where channels are named, and channels do not mix where none is", () => {
      const one = framesOf([packet(10, 0, Buffer.alloc(150, 1))], {
        kind,
        frameBytes: 50,
        virtualChannel: 1,
      });
      const two = framesOf([packet(11, 0, Buffer.alloc(150, 2))], {
        kind,
        frameBytes: 50,
        virtualChannel: 2,
      });
      const mixed = one.flatMap((each, i) => [each, two[i] ?? Buffer.alloc(0)]);
      const both = linkOf(url(50));
      both.link.stream().push(stream(mixed));
      assert.equal(withoutIdle(both.packets).length, 2);
      const chosen = linkOf(url(50, "&virtualChannels=2,3"));
      chosen.link.stream().push(stream(mixed));
      isSame(withoutIdle(chosen.packets), [packet(11, 0, Buffer.alloc(150, 2))]);
      assert.equal(chosen.link.counters.otherFrames, one.length);
    });

    it("of anything at all harm nothing, and every frame is in one counter", () => {
      fc.assert(
        fc.property(
          fc.array(fc.uint8Array({ minLength: 20, maxLength: 20 }), { maxLength: 100 }),
          (blocks) => {
            const { link } = linkOf(url(20, "&fecf=false"));
            link.stream().push(stream(blocks.map((each) => Buffer.from(each))));
            const { badFrames, frames } = link.counters;
            assert.ok(Object.values(badFrames).reduce((sum, each) => sum + each, 0) <= frames);
          },
        ),
      );
    });
  });
}

describe("AOS frames of the idle channel", () => {
  it("are idle, also where other channels are asked for", () => {
    const [frame] = framesOf([packet(10, 0, Buffer.alloc(20))], {
      ...{ kind: "aos", frameBytes: 50, virtualChannel: 63 },
    });
    assert.ok(frame);
    for (const channels of ["", "&virtualChannels=1"]) {
      const { link } = linkOf(`tcp://a:1?framing=aos&frameBytes=50${channels}`);
      link.stream().push(Buffer.concat([marker, frame]));
      assert.deepEqual([link.counters.idleFrames, link.counters.otherFrames], [1, 0]);
    }
  });
});

describe("the frames that simulate and replay send", () => {
  it("give each packet, of whatever length", () => {
    fc.assert(
      fc.property(anyPackets, fc.integer({ min: 16, max: 200 }), (packets, frameBytes) => {
        const { link, packets: given } = linkOf(`tcp://a:1?framing=tm&frameBytes=${frameBytes}`);
        const writer = new TmFrameWriter(frameBytes);
        const stream = link.stream();
        for (const each of packets) stream.push(writer.write(each));
        isSame(withoutIdle(given), packets);
        const { badFrames, frameGaps, cutPackets } = link.counters;
        assert.deepEqual([badFrames.fecf, badFrames.pointer, frameGaps, cutPackets], [0, 0, 0, 0]);
      }),
    );
  });
});
