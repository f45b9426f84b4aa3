import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { supplyFiles } from "../../../../lab/supply";

const bundle = "/etc/ssl/certs/ca-certificates.crt";

describe("the authorities that the lab's machines trust", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-authorities-"));
    for (const [path, text] of [
      [bundle, "DEBIAN\n\n"],
      ["debian/Release.key", "KEY"],
    ] as const) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function trusted(operator: string | undefined): Promise<Record<string, string>> {
    const supply = {
      baseTree: folder,
      packageRepository: folder,
      containerd: "1.6",
      images: undefined,
    } as const;
    const files = await supplyFiles(supply, "10.0.1.1", { lab: "LAB\n", operator });
    const certificates = files.filter(({ path }) => /ca-certificates/.test(path));
    return Object.fromEntries(certificates.map(({ path, content }) => [path, content]));
  }

  it("are Debian's and the lab's own, which stays when a package renews them", async () => {
    assert.deepEqual(await trusted(undefined), {
      [bundle]: "DEBIAN\nLAB\n",
      "/usr/local/share/ca-certificates/perigee-lab.crt": "LAB\n",
    });
  });

  it("and the operator's, where there is one", async () => {
    assert.deepEqual(await trusted("OPERATOR"), {
      [bundle]: "DEBIAN\nLAB\nOPERATOR\n",
      "/usr/local/share/ca-certificates/perigee-lab.crt": "LAB\n",
      "/usr/local/share/ca-certificates/operator.crt": "OPERATOR\n",
    });
  });
});
