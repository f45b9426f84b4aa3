/** Files of the page: read once, since there are few and they never change. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** The body for clients that take gzip, where it is shorter. */
  readonly packed?: Buffer;
  readonly tag: string;
  readonly caching: string;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/**
 * Files below a folder by their paths in addresses, e.g. `/public/main-4F2A.js`; others than the known types are left out.
 * @param rootPath of the addresses, which the page itself has to know
 */
export async function pageFiles(folder: string, rootPath = ""): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    const isPage = path.endsWith(".html");
    const body = isPage ? Buffer.from(content.toString().replaceAll("{{root}}", rootPath)) : content;
    files.set(path.slice(folder.length), pageFile(entry.name, type, body));
  }
  return files;
}

function pageFile(name: string, type: string, body: Buffer): PageFile {
  const packed = type.startsWith("font") ? body : gzipSync(body);
  return {
    type,
    body,
    ...(packed.length < body.length && { packed }),
    tag: `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`,
    caching: cachingOf(name),
  };
}

/** A name with its content's hash may be kept for ever, the page itself must be asked for again, the rest for a while. */
function cachingOf(name: string): string {
  if (/-[A-Z0-9]{8}\.(js|css)$/.test(name)) return "public, max-age=31536000, immutable";
  return name.endsWith(".html") ? "no-cache" : "public, max-age=3600";
}
