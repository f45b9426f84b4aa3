/** The command `check-dictionary`: prints a summary of a dictionary file, or all its problems. */
import { DictionaryError, loadDictionary } from "../dictionary";
import { command } from "./command";
import { reason } from "./dictionarySetting";
import { UsageError } from "./settings";

export const checkDictionary = command(
  {
    name: "check-dictionary",
    summary: "Says everything that is wrong with a dictionary (exit code 1), or what is in it.",
    argument: "FILE",
    settings: {},
  },
  async (_settings, { print }, file) => {
    try {
      const { name, version, packets, parameters } = loadDictionary(file);
      const limited = parameters.filter((parameter) => parameter.limits).length;
      await print(
        `${name} ${version}: ${packets.length} packets, ${parameters.length} parameters, ${limited} of them with limits\n`,
      );
      return 0;
    } catch (error) {
      if (!(error instanceof DictionaryError)) {
        throw new UsageError(`cannot read the dictionary ${file ?? ""}: ${reason(error)}`);
      }
      await print(`${error.message}\n`);
      return 1;
    }
  },
);
