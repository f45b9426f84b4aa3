/** The started links of an exporter, with their counts. */
import { UdpReceiver } from "../exporter/udpReceiver";
import type { Log } from "../log";
import { LinkCounts } from "./linkCounts";
import { messageReader, type OnPacket, streamReader } from "./linkReader";
import type { LinkSetting } from "./linkSetting";
import type { ExpectedPackets } from "./packetStream";
import { connectTcp, listenTcp, type StartedLink } from "./tcpLink";

export interface Link extends StartedLink {
  readonly name: string;
  readonly counts: LinkCounts;
}

export interface LinksArgs {
  readonly settings: readonly LinkSetting[];
  readonly expected: ExpectedPackets;
  readonly onPacket: OnPacket;
  readonly log: Log;
}

/**
 * Links that listen or connect.
 * @throws the system's error when a port is not available; nothing stays open then
 */
export async function startLinks({ settings, ...args }: LinksArgs): Promise<Link[]> {
  const links: Link[] = [];
  try {
    for (const setting of settings) links.push(await startLink(setting, args));
    return links;
  } catch (error) {
    await closeLinks(links);
    throw error;
  }
}

export async function closeLinks(links: readonly Link[]): Promise<void> {
  await Promise.all(links.map((link) => link.close()));
}

async function startLink(setting: LinkSetting, args: Omit<LinksArgs, "settings">): Promise<Link> {
  const counts = new LinkCounts();
  const { log } = args;
  const reading = { ...args, options: setting.options, counts };
  const started =
    setting.kind === "udp"
      ? await listenUdp(setting, messageReader(reading), log)
      : await startTcp(setting, { setting, counts, reader: () => streamReader(reading), log });
  return { ...started, name: setting.name, counts };
}

async function startTcp(setting: LinkSetting, args: Parameters<typeof listenTcp>[0]): Promise<StartedLink> {
  return setting.kind === "tcp" ? connectTcp(args) : listenTcp(args);
}

async function listenUdp(
  { name, host, port }: LinkSetting,
  onMessage: (message: Buffer) => void,
  log: Log,
): Promise<StartedLink> {
  const receiver = await UdpReceiver.listen(port, host, onMessage, (error) =>
    log.error("a link failed", { link: name, error: String(error) }),
  );
  let isUp = true;
  return {
    isUp: () => isUp,
    port: receiver.port,
    close: async () => {
      isUp = false;
      await receiver.close();
    },
  };
}
