/** Where a gateway serves the viewer. */

/** Path of the viewer, without a slash at its end: empty at the root of an address. */
export const rootPath = document.documentElement.dataset["root"] ?? "";

/** A link as dashboards have them: what begins with a slash is a path of the viewer. */
export const rooted = (url: string): string => (url.startsWith("/") ? `${rootPath}${url}` : url);
