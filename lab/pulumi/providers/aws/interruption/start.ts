/** Start of the processes that take Spot machines back. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "../../../../files";
import { runningProcess, startProcess, typescriptProgram } from "../../../../processes";
import type { LabFolders } from "../../../../settings";
import { Cloud } from "../cloud";

const program = join(__dirname, "main.ts");

/** Takes the machine back at the time of its notice, in a process that outlives this one; does nothing when it runs. */
export async function startTakeBack(folders: LabFolders, id: string): Promise<void> {
  await startProcess(folders.root, {
    ...typescriptProgram(program, folders.root, id),
    ...folders.process(`interruption-${id}`),
  });
}

/**
 * Carries on with every notice that stands, as AWS does: its process may have been killed. Returns when the machines
 * whose time has passed are gone.
 * @throws Error with the end of the log of each machine that stays
 */
export async function goOnTakingBack(folders: LabFolders): Promise<void> {
  const notices = await standingNotices(folders);
  for (const id of Object.keys(notices)) await startTakeBack(folders, id);
  const due = Object.keys(notices).filter((id) => Date.parse(notices[id]?.time ?? "") <= Date.now());
  for (const id of due) await ended(folders.process(`interruption-${id}`).record);
  const left = await standingNotices(folders);
  const failed = due.filter((id) => id in left);
  if (failed.length === 0) return;
  const reasons = failed.map(async (id) => lastLines(folders.process(`interruption-${id}`).log, 3));
  throw new Error(
    `Spot machines whose time has passed are not gone; \`make up\` tries again, \`make down\` removes all:\n` +
      (await Promise.all(reasons)).join("\n"),
  );
}

const standingNotices = (folders: LabFolders) =>
  new Cloud(folders.root, () => "").look(({ data }) => data.notices);

async function ended(record: string): Promise<void> {
  while ((await runningProcess(record)) !== undefined) await sleep(250);
}
