/** `make interrupt`: takes a Spot machine back as AWS does. */
import { join } from "node:path";
import { exists } from "../files";
import { Cloud } from "../pulumi/providers/aws/cloud";
import { giveNotice, type Interruption } from "../pulumi/providers/aws/interruption/notice";
import { startTakeBack } from "../pulumi/providers/aws/interruption/start";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { command, say } from "./command";
import { completePath } from "./settings";

export const interruptCommand = command({
  name: "interrupt",
  summary: "take a Spot machine back, as AWS does: two minutes' notice, then it is gone",
  description: `Gives the Spot machine of that name AWS's notice, in its instance metadata, and returns; two minutes later the
machine is shut down and terminated, in the background. Its node drains itself meanwhile. The next \`make up\` makes a
new machine of that name. Needs root. From the root: make interrupt NODE=perigee-lab-passes-1 (the first machine of a
pool \`passes\` with \`spot: true\` in Pulumi.lab.yaml)`,
  configure: (made) => made.argument("[node]"),
  run: async (node) => {
    completePath();
    if (process.getuid?.() !== 0) throw new Error("make interrupt needs root: sudo make interrupt NODE=…");
    const { id, name, notice } = await interrupt(labFolders(labSettings().stateFolder), node);
    say(`${name} (${id}) has its notice: it goes at ${notice.time}.`);
    say(`Watch its node drain: make ssh NODE=${name}, then journalctl -fu perigee-spot`);
    return 0;
  },
});

/** Gives notice, and starts the process that takes the machine away; safe to call again. */
async function interrupt(folders: LabFolders, node: string | undefined): Promise<Interruption> {
  if (!(await exists(join(folders.root, "cloud.json")))) {
    throw new Error("The lab is not up: `make up` brings it up.");
  }
  const cloud = new Cloud(folders.root, () => "");
  const interruption = await cloud.change((account) => giveNotice(account, node, new Date()));
  await startTakeBack(folders, interruption.id);
  return interruption;
}
