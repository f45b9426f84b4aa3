/** HTML of the exporter's page, from the bundle or from the source tree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Text of the page, defined by the bundler, so that the bundle needs no other file. */
declare const PERIGEE_PAGE: string | undefined;

/** HTML page for users: page.html, which polls /state.json every second. */
export function pageHtml(): string {
  if (typeof PERIGEE_PAGE === "string") return PERIGEE_PAGE;
  return readFileSync(join(__dirname, "page.html"), "utf8");
}
