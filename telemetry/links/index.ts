/**
 * Links: from a source's bytes to the packets that the decoder takes.
 *
 *   source.ts (the setting) -> transport: tcpServer.ts, tcpClient.ts, mqttClient.ts, or the exporter's UDP socket
 *     -> link.ts -> packetStream.ts                                          bare packets, record headers
 *                -> frameStream.ts -> randomiser.ts -> frame.ts (crc16.ts) -> virtualChannel.ts    TM and AOS frames
 *                -> segments.ts (joined packets)
 *
 * Each stage is bounded in memory and counts what it does not pass on (counters.ts).
 */
export { badFrameReasons, type LinkCounters } from "./counters";
export { Link } from "./link";
export { connectMqtt } from "./mqttClient";
export { parseSource, type Source } from "./source";
export { connectTcp } from "./tcpClient";
export { listenTcp } from "./tcpServer";
export type { Transport } from "./transport";
