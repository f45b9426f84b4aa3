/**
 * Links: from a source's bytes to the packets that the decoder takes.
 *
 *   source.ts (the URL), framing.ts (its settings) -> transport: tcpServer.ts, tcpClient.ts, mqttClient.ts, or the
 *   exporter's UDP socket -> link.ts, for a stream in a byteWindow.ts
 *     -> packetStream.ts (recordHeader.ts, expectedPackets.ts)                      bare packets, record headers
 *     -> framePipeline.ts: frameStream.ts -> randomiser.ts -> frame.ts -> virtualChannel.ts     TM, AOS
 *     -> outlets.ts (of each spacecraft), segments.ts (joined packets)
 *
 * Each stage is bounded in memory and counts what it does not pass on (counters.ts).
 */
export { badFrameReasons, type LinkCounters } from "./counters";
export { type ExpectedPackets, expectedPackets } from "./expectedPackets";
export { Link } from "./link";
export { connectMqtt } from "./mqttClient";
export type { OnPacket } from "./segments";
export { parseSource, type Source, spacecraftOf } from "./source";
export { connectTcp } from "./tcpClient";
export { listenTcp } from "./tcpServer";
export type { Transport } from "./transport";
