/** Links, packets and streams cut anywhere, for tests of telemetry/links. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Link, parseSource, type Source } from "../../../telemetry/links";

/** Sync marker of frames. */
export const marker = Buffer.from("1acffc1d", "hex");
/** APIDs that the links' dictionary has, with packets of any length. */
const knownApids = [10, 11, 12];

export function source(url: string): Source {
  const parsed = parseSource(url);
  if ("problems" in parsed) assert.fail(parsed.problems.join("\n"));
  return parsed;
}

/** A link and what came out of it; `lengths`: of the packets of each known APID, else any. */
export function linkOf(
  url: string,
  lengths?: ReadonlyMap<number, number>,
): { link: Link; packets: Buffer[]; segments: number[] } {
  const packets: Buffer[] = [];
  const segments: number[] = [];
  const has = (apid: number): boolean => lengths?.has(apid) ?? knownApids.includes(apid);
  const receive = (packet: Buffer, count: number): void => {
    packets.push(Buffer.from(packet));
    segments.push(count);
  };
  const link = new Link(source(url), receive, {
    has,
    hasLength: (apid, bytes) => (lengths ? lengths.get(apid) === bytes : has(apid)),
  });
  return { link, packets, segments };
}

/** @param flags sequence flags: 3 unsegmented, 1 first, 0 continuation, 2 last segment */
export function packet(
  apid: number,
  count: number,
  data: Uint8Array,
  flags = 3,
  isTelecommand = false,
): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(0x0800 | (isTelecommand ? 0x1000 : 0) | apid, 0);
  header.writeUInt16BE((flags << 14) | (count % 16_384), 2);
  header.writeUInt16BE(data.length - 1, 4);
  return Buffer.concat([header, data]);
}

/** Cuts bytes at the given places, in any order, also twice. The pieces are copies. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => Buffer.from(bytes.subarray(at[i], end)));
}

/** Pushes pieces into a stream; each is overwritten behind that, as the system's buffers are. */
export function pushAll(stream: { push(chunk: Buffer): void }, pieces: readonly Buffer[]): void {
  for (const piece of pieces) {
    stream.push(piece);
    piece.fill(0xee);
  }
}

export const anyData = fc.uint8Array({ minLength: 1, maxLength: 300 });
const anyPacket = fc
  .tuple(fc.constantFrom(...knownApids), fc.nat(16_383), anyData)
  .map(([apid, count, data]) => packet(apid, count, data));
export const anyPackets = fc.array(anyPacket, { minLength: 1, maxLength: 30 });
export const anyPlaces = fc.array(fc.nat(20_000), { maxLength: 30 });
export const garbage = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 60 }),
    // What looks like headers: few different bytes.
    fc.array(fc.constantFrom(0, 1, 8, 10, 0xc0, 0xff, 0x1a, 0xcf), { minLength: 1, maxLength: 40 }),
  )
  .map((bytes) => Buffer.from(bytes));

export function isSame(given: readonly Buffer[], wanted: readonly Buffer[]): void {
  assert.deepEqual(
    given.map((each) => each.toString("hex")),
    wanted.map((each) => each.toString("hex")),
  );
}

export function withoutIdle(packets: readonly Buffer[]): Buffer[] {
  return packets.filter((each) => (each.readUInt16BE(0) & 0x7ff) !== 0x7ff);
}
