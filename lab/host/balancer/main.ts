/** Keeper of one balancer, as a program: `main.ts STATE_FOLDER BALANCER_ID`. It outlives the engine that starts it. */
import { labFolders } from "../../settings";
import { Keeper } from "./keeper";

const [stateFolder = "", id = ""] = process.argv.slice(2);

new Keeper(labFolders(stateFolder), id, (line) => console.log(`${new Date().toISOString()} ${line}`))
  .keep()
  .then(
    () => console.log(`${id} is gone`),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
