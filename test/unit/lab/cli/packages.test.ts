import { strict as assert } from "node:assert";
import { distributionOf } from "../../../../lab/cli/distribution";
import { packageProblems, packagesToInstall } from "../../../../lab/cli/missingPackages";
import { requirements } from "../../../../lab/cli/requirements";
import { missing } from "../../../support/lab/hosts";

const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n';
const ubuntu = 'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\nID_LIKE=debian\n';
const fedora = 'PRETTY_NAME="Fedora Linux 42 (Server Edition)"\nID=fedora\nVARIANT_ID=server\n';
const rocky = 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\n';
const arch = 'NAME="Arch Linux"\nID=arch\n';

describe("the distribution of a machine", () => {
  const rows: [string, string, string | undefined, boolean][] = [
    ["Debian", debian, "debian", false],
    ["Ubuntu, which calls itself like Debian", ubuntu, "ubuntu", false],
    ["Fedora", fedora, "fedora", false],
    ["Mint, closest to Ubuntu", 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', "ubuntu", true],
    ["Rocky, by way of RHEL", rocky, "fedora", true],
    ["Arch, a stranger", arch, undefined, true],
    ["no os-release at all", "", undefined, true],
  ];
  for (const [title, text, family, derived] of rows) {
    it(`is read from os-release: ${title}`, () => {
      const found = distributionOf(text);
      assert.deepEqual([found.family, found.derived], [family, derived]);
    });
  }

  it("is named as it names itself", () => {
    assert.equal(distributionOf(fedora).name, "Fedora Linux 42 (Server Edition)");
    assert.equal(distributionOf(rocky).name, "Rocky Linux");
    assert.equal(distributionOf("").name, "linux");
  });
});

describe("packages that are missing", () => {
  it("are installed by make up on Debian and Ubuntu, each once", () => {
    for (const release of [debian, ubuntu]) {
      const lacking = missing(release, "unshare", "setpriv", "gcc");
      assert.deepEqual(packagesToInstall(lacking), ["util-linux", "gcc"]);
      assert.deepEqual(packageProblems(lacking), []);
    }
  });

  it("are one command on Fedora, with Fedora's names", () => {
    const lacking = missing(fedora, "ip", "dnsmasq", "gpg", "gpgconf", "static C library");
    assert.equal(packagesToInstall(lacking), undefined);
    const [problem = "", ...more] = packageProblems(lacking);
    assert.deepEqual(more, []);
    assert.match(problem, /^Missing: ip, dnsmasq, gpg, gpgconf, static C library\. .*Fedora Linux 42/);
    assert.match(problem, /^ +dnf install iproute dnsmasq gnupg2 glibc-static$/m);
    assert.match(problem, /run on Debian, not here/);
    assert.doesNotMatch(problem, /derivative/);
  });

  it("may be absent from a derivative, which is said", () =>
    assert.match(packageProblems(missing(rocky, "mmdebstrap"))[0] ?? "", /dnf install mmdebstrap[^]*EPEL/));

  it("have their three names where the distribution is none of the three", () => {
    const [problem = ""] = packageProblems(missing(arch, "ip", "ssh"));
    assert.match(problem, /does not know the packages of Arch Linux/);
    assert.match(problem, /^ +Debian +Ubuntu +Fedora$/m);
    assert.match(problem, /^ +ip +iproute2 +iproute2 +iproute$/m);
    assert.match(problem, /^ +ssh +openssh-client +openssh-client +openssh-clients$/m);
  });

  it("are no problem where nothing is missing, on any distribution", () => {
    for (const release of [debian, ubuntu, fedora, rocky, arch]) {
      assert.deepEqual(packageProblems(missing(release)), []);
    }
  });

  it("include the keys by which mmdebstrap trusts Debian's archive on a host that is not Debian's", () => {
    const keys = requirements.find(({ name }) => name === "keys of Debian's archive");
    assert.deepEqual(keys?.packages, {
      debian: "debian-archive-keyring",
      ubuntu: "debian-archive-keyring",
      fedora: "debian-keyring",
    });
    assert.ok(keys.files?.includes("/usr/share/keyrings/debian-archive-keyring.gpg"));
  });
});
