/** Input files of the commands: the dictionary setting, and readers that convert failures to usage errors. */
import * as z from "zod";
import { type Dictionary, DictionaryError, loadDictionary } from "../dictionary";
import { reasonOf } from "../reasonOf";
import { readWhole } from "../wholeFile";
import { text, UsageError } from "./settings";

export const dictionarySetting = text
  .optional()
  .describe("telemetry dictionary (YAML); without it, the one that comes with Perigee");

export const skipBytesSetting = z.coerce
  .number()
  .int()
  .min(0)
  .max(65_536)
  .default(0)
  .describe("bytes before each packet in the file that are no part of it, as record headers are");

/** @throws UsageError when the file cannot be read or is not a valid dictionary */
export function readDictionary(path: string | undefined): Dictionary {
  try {
    return loadDictionary(path);
  } catch (error) {
    if (error instanceof DictionaryError) {
      throw new UsageError(`the dictionary cannot be used:\n${error.message}`);
    }
    throw new UsageError(`cannot read the dictionary ${path ?? ""}: ${reasonOf(error)}`);
  }
}

/** Bytes of the longest file of packets: what Node reads of a file at once. */
const mostPacketBytes = 2 * 1024 ** 3 - 1024 ** 2;

/**
 * Content of a file of packets; `-` is standard input.
 * @throws UsageError when the file cannot be read, or is longer than 2047 MiB
 */
export function readPackets(path: string | undefined): Buffer {
  if (path === undefined) throw new UsageError("name a file of packets, or - for standard input");
  try {
    return readWhole(path, mostPacketBytes);
  } catch (error) {
    throw new UsageError(`cannot read the packets ${path}: ${reasonOf(error)}`);
  }
}
