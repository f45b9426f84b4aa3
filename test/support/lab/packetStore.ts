/** The lab's object store as a ground station's archive: below the cluster's own prefix, with a control plane's credentials. */
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { certificateFiles } from "../../../lab/pulumi/providers/aws/s3/certificates";
import { labFolders, labSettings } from "../../../lab/settings";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { controlPlane, kubectl, ssh } from "./lab";
import { objectsIn } from "./s3";

const prefix = "perigee-lab/packets";
/** A key that no store knows: until the right one is given, nothing can be copied. */
const unknownKey = { accessKeyId: "AKIAAAAAAAAAAAAAAAAA", secretAccessKey: "somebody-elses" };

export class PacketStore {
  private constructor(
    private readonly bucket: string,
    private readonly region: string,
    private readonly certificateAuthority: string,
  ) {}

  static async find(): Promise<PacketStore> {
    const host = await ssh(controlPlane, '. /etc/perigee/backup.env; echo "$BUCKET_HOST $BUCKET_REGION"');
    const [, bucket, region] = /^(.+)\.s3\..+ (\S+)$/.exec(host) ?? [];
    assert.ok(bucket !== undefined && region !== undefined, host);
    const { authority } = certificateFiles(labFolders(labSettings().stateFolder), region);
    return new PacketStore(bucket, region, await readFile(authority, "utf8"));
  }

  /** The setting `telemetry.archive.copy`, with a key that is not taken. */
  get setting(): object {
    return { ...this.place, ...unknownKey, everyMinutes: 1 };
  }

  private get place(): object {
    const { bucket, region, certificateAuthority } = this;
    return { url: `https://${bucket}.s3.${region}.amazonaws.com/${prefix}`, region, certificateAuthority };
  }

  /** Gives the exporter a key that ends, as whoever renews keys in a cluster does: in its Secret. */
  async giveKey(): Promise<void> {
    const credentials =
      '. /opt/perigee/s3.sh; s3_credentials; printf "%s\\n" "$access_key" "$secret_key" "$token"';
    const said = await ssh(controlPlane, credentials);
    const [accessKeyId = "", secretAccessKey = "", sessionToken = ""] = said.split("\n");
    const stringData = {
      "store.json": JSON.stringify({ ...this.place, accessKeyId, secretAccessKey, sessionToken }),
    };
    const patch = JSON.stringify({ stringData });
    await kubectl("-n", "telemetry", "patch", "secret", "telemetry-archive-store", "--patch", patch);
  }

  /** Writes the copied files below a folder, as a person who fetches them does, and returns how many there are. */
  async fetchInto(folder: string): Promise<number> {
    const objects = await objectsIn(labSettings().stateFolder, this.region, this.bucket);
    const copied = [...objects].filter(([key]) => key.startsWith(`${prefix}/`));
    for (const [key, content] of copied) {
      const file = join(folder, key.slice(prefix.length + 1));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    return copied.length;
  }
}

/** Packets that `replay` sends of the archive in a folder. */
export async function replayed(folder: string): Promise<Buffer[]> {
  const packets: Buffer[] = [];
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 ** 2 });
  socket.on("message", (packet) => packets.push(packet));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const target = `127.0.0.1:${socket.address().port}`;
  const program = "telemetry/bin/perigee-telemetry.js";
  const command = [program, "replay", folder, "--rate", "2000", "--target", target];
  await promisify(execFile)("node", command, { cwd: repositoryRoot });
  await new Promise((resolve) => setTimeout(resolve, 500));
  socket.close();
  return packets;
}
