/** Takes one Spot machine back, as a program: `main.ts STATE_FOLDER INSTANCE_ID`. It outlives `make interrupt`. */
import { SystemdMachines } from "../../../../host/systemdMachines";
import { Cloud } from "../cloud";
import { takeBack } from "./takeBack";

/** A kubelet delays the shutdown for 30 s; the rest is for services that are slow to stop. */
const shutdownLimitMs = 90_000;

const [stateFolder = "", id = ""] = process.argv.slice(2);
const machines = new SystemdMachines({ stateFolder, baseTree: "" });

takeBack(id, {
  cloud: new Cloud(stateFolder, () => ""),
  host: machines,
  shutDown: async (machine) => void (await machines.exec(machine, ["systemctl", "--no-block", "poweroff"])),
  limitMs: shutdownLimitMs,
}).then(
  () => console.log(`${id} is gone`),
  (error: unknown) => {
    console.error(`${id} is not gone: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
