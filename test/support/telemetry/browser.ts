/** Headless browser for the tests of pages. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

/** Debian's browser; PERIGEE_CHROMIUM sets another one. */
export const chromiumPath = process.env.PERIGEE_CHROMIUM ?? "/usr/bin/chromium";

export interface OpenPage {
  readonly page: Page;
  readonly consoleErrors: string[];
  close(): Promise<void>;
}

export interface Visitor {
  /** Given when the page asks for a login. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Goes on where the browser warns of a certificate, as a person does who knows the authority. */
  readonly takesCertificate?: boolean;
}

/** Opens an address in a headless browser with an empty profile. */
export async function openPage(
  url: string,
  viewport = { width: 1280, height: 900 },
  { login, takesCertificate = false }: Visitor = {},
): Promise<OpenPage> {
  const profile = mkdtempSync(join(tmpdir(), "perigee-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    viewport,
    ...(login !== undefined && { httpCredentials: login }),
    ignoreHTTPSErrors: takesCertificate,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const consoleErrors: string[] = [];
  page.on("console", (message) => message.type() === "error" && consoleErrors.push(message.text()));
  page.on("pageerror", (error) => consoleErrors.push(String(error)));
  await page.goto(url);
  return {
    page,
    consoleErrors,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
