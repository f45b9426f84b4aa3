/** HTML of the exporter's page, from the bundle or from the source tree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Put in by the bundler, so that the bundle needs no file beside it. */
declare const PERIGEE_PAGE: string | undefined;

/** The page for people: page.html, which asks /state.json every second. */
export function pageHtml(): string {
  if (typeof PERIGEE_PAGE === "string") return PERIGEE_PAGE;
  return readFileSync(join(__dirname, "page.html"), "utf8");
}
