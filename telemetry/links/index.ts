/**
 * Links: where packets come from besides the UDP port, and what they are in.
 *
 *   linkSetting.ts   URLs -> links          linkOptions.ts  what the packets are in
 *   links.ts         starts and stops       tcpLink.ts      TCP server and client, backOff.ts between attempts
 *   linkReader.ts    bytes -> packets:
 *     byteWindow.ts  a stream's bytes       packetStream.ts packets, found again after garbage
 *     frameStream.ts frames by their marker transferFrame.ts headers of TM and AOS, randomiser.ts, crc16.ts
 *     virtualChannel.ts packets in frames   segmentJoiner.ts segments -> packet
 *   linkCounts.ts    what was counted       linkMetrics.ts  the same as metrics
 *   frameWriter.ts   packets -> frames, for the simulator
 */
export { expectedPackets } from "./expectedPackets";
export { linkFamilies } from "./linkMetrics";
export { closeLinks, type Link, startLinks } from "./links";
export { LinkError, type LinkSetting, parseLink, parseLinks } from "./linkSetting";
