/** The command `simulate`: sends the packets of a simulated spacecraft over UDP or TCP, and can record them in a file. */
import { closeSync, openSync, writeSync } from "node:fs";
import * as z from "zod";
import { reasonOf } from "../reasonOf";
import { Passes, scenarioNames, scenarios, Simulator } from "../simulator";
import { command, type Surroundings } from "./command";
import { contactsMeaning, openPlan } from "./contactPlan";
import { dictionarySetting, readDictionary } from "./dictionarySetting";
import { parseTarget, sender, type SentFrames, type Target, targetSettings } from "./sender";
import { positive, text, UsageError } from "./settings";

/** Interval of the send loop, short enough for packets with a period of 0.1 s. */
const tickMilliseconds = 50;
/** Minimum interval between logged errors, so that an unreachable target does not fill the log. */
const errorLogMilliseconds = 10_000;

export const simulate = command(
  {
    name: "simulate",
    summary: "Sends the packets of a simulated spacecraft.",
    settings: {
      ...targetSettings,
      scenario: z.enum(scenarioNames).default("nominal").describe("what happens, see below"),
      timeScale: positive
        .max(10_000)
        .default(1)
        .describe("seconds of spacecraft time in a second; packets keep their periods"),
      seed: z.coerce.number().int().default(1).describe("repeats a flight"),
      duration: z.coerce.number().min(0).default(0).describe("seconds after which it ends; 0: never"),
      record: text.optional().describe("writes the packets to this file too, for replay and decode"),
      contacts: text.optional().describe(`${contactsMeaning}. Packets come in its contacts only`),
      spacecraft: text.max(64).default("perigee-1").describe("whose contacts of the plan they are"),
      dump: z.coerce
        .number()
        .min(0)
        .max(10_000)
        .default(0)
        .describe("packets a second that the recorder plays back in a contact, of what was sent between two"),
      secondStation: z.coerce
        .number()
        .min(0)
        .max(3_600)
        .default(0)
        .describe("seconds that a second station is behind: each packet comes twice"),
      dictionary: dictionarySetting,
    },
    list: { title: "Scenarios", rows: scenarioNames.map((name) => [name, scenarios[name].summary]) },
  },
  async (settings, surroundings) => {
    const { scenario, timeScale, seed } = settings;
    const dictionary = readDictionary(settings.dictionary);
    if (settings.dump > 0 && settings.contacts === undefined) {
      throw new UsageError("--dump: needs --contacts, between which there is something to record");
    }
    const plan =
      settings.contacts === undefined
        ? undefined
        : await openPlan(settings.contacts, settings.spacecraft, surroundings);
    const passes = new Passes({
      spanAt: (now) => plan?.plan?.at(now),
      dumpPerSecond: settings.dump,
      secondStation: settings.secondStation,
    });
    const target = parseTarget(settings.target);
    const start = Date.now() / 1000;
    const simulator = new Simulator({ dictionary, scenario, timeScale, seed, start });
    const recording = settings.record === undefined ? undefined : new Recording(settings.record);
    surroundings.log.info("simulating", { scenario, timeScale, seed, target: settings.target });
    const end = settings.duration > 0 ? start + settings.duration : Infinity;
    const packets = await sendUntil(
      end,
      (now) => passes.carry(now, simulator.until(now)),
      { target, frames: settings, recording },
      surroundings,
    );
    surroundings.log.info("stopped", { packets });
    recording?.close();
    plan?.close();
    return 0;
  },
);

/** File of recorded packets. Each is written at once (a few per second), so that no exit of the process loses one. */
class Recording {
  private readonly file: number;

  /** @throws UsageError when the file cannot be written */
  constructor(path: string) {
    this.file = orRefuse(() => openSync(path, "w"));
  }

  /** @throws UsageError when the disk is full */
  add(packet: Buffer): void {
    orRefuse(() => writeSync(this.file, packet));
  }

  close(): void {
    closeSync(this.file);
  }
}

function orRefuse<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw new UsageError(`cannot record the packets: ${reasonOf(error)}`);
  }
}

async function sendUntil(
  end: number,
  arriving: (now: number) => readonly Buffer[],
  out: { target: Target; frames: SentFrames; recording: Recording | undefined },
  { log, stopped }: Surroundings,
): Promise<number> {
  let lastError = 0;
  const failure = (why: string): void => {
    if (Date.now() - lastError < errorLogMilliseconds) return;
    lastError = Date.now();
    log.warn("a packet could not be sent", { reason: why });
  };
  const sending = sender(out.target, out.frames, failure, stopped);
  let packets = 0;
  try {
    for (let now = Date.now() / 1000; now < end && !stopped.aborted; now = Date.now() / 1000) {
      for (const packet of arriving(now)) {
        await sending.send(packet);
        out.recording?.add(packet);
        packets++;
      }
      await pause(tickMilliseconds, stopped);
    }
  } finally {
    // An open socket keeps the process running.
    sending.close();
  }
  return packets;
}

function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopped.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    stopped.addEventListener("abort", end);
  });
}
