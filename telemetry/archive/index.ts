/**
 * The archive of raw packets: files by APID and day, bounded, to be replayed.
 *
 *   packetArchive.ts   packets in, files out     record.ts       a packet in a file, and how it is found again
 *   archiveFolder.ts   files: names, bounds      recordings.ts   packets of a file or folder in the order of a time
 *   archiveCopies.ts   files to an object store  objectStore.ts  one file to it
 *   lastCopy.ts        time for it at the end    storeAddress.ts where it is
 */
export { ArchiveCopies } from "./archiveCopies";
export { lastCopySeconds } from "./lastCopy";
export { archiveDropReasons, PacketArchive } from "./packetArchive";
export { archivedPackets, isArchive, type TimedPacket } from "./recordings";
