import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { references } from "../../../../lab/supply/chart/images";
import { pageKey } from "../../../../lab/supply/prometheusPage/build";
import { prometheusModule } from "../../../../lab/supply/prometheusPage/prometheusModule";

const folder = join(__dirname, "../../../../lab/supply/prometheusPage");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Prometheus 3.15.0 is version 0.315.0 of its Go module and of its npm packages. */
function asLibrary(image: string): string {
  const [, major = "", minor = "", patch = ""] = /:v(\d+)\.(\d+)\.(\d+)$/.exec(image) ?? [];
  return `0.${major}${minor.padStart(2, "0")}.${patch}`;
}

describe("Prometheus' page", () => {
  it("is of the version that the lab runs, and so is its query language", async () => {
    const version = asLibrary(references.prometheus);
    assert.equal((await prometheusModule()).version, `v${version}`);
    assert.equal((await readManifest()).dependencies["@prometheus-io/lezer-promql"], version);
  });

  it("is built with exact versions, those of its lock file", async () => {
    const { dependencies } = await readManifest();
    const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { version?: string; integrity?: string; dependencies?: object }>;
    };
    const { "": root, ...locked } = lock.packages;
    assert.deepEqual(root?.dependencies, dependencies);
    for (const [name, version] of Object.entries(dependencies)) {
      assert.equal(locked[`node_modules/${name}`]?.version, version, name);
    }
    for (const [path, { integrity }] of Object.entries(locked)) {
      assert.match(integrity ?? "", /^sha512-/, path);
    }
  });

  describe("is built once", () => {
    let copy = "";
    beforeEach(async () => {
      copy = await mkdtemp(join(tmpdir(), "perigee-page-"));
      await cp(folder, copy, { recursive: true });
    });
    afterEach(() => rm(copy, { recursive: true }));

    it("wherever the repository is", async () => {
      assert.equal(await pageKey("v0.315.0", copy), await pageKey("v0.315.0", folder));
    });

    it("for each version of Prometheus", async () => {
      assert.notEqual(await pageKey("v0.315.1", copy), await pageKey("v0.315.0", copy));
    });

    for (const file of ["package.json", "package-lock.json", "vite.config.mjs", "build.ts"]) {
      it(`for each ${file}`, async () => {
        const before = await pageKey("v0.315.0", copy);
        await writeFile(join(copy, file), `${await readFile(join(copy, file), "utf8")}\n`);
        assert.notEqual(await pageKey("v0.315.0", copy), before);
      });
    }
  });
});
