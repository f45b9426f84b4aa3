import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { controlPlaneChecks, deviations, nodeChecks } from "../../../support/benchmark";
import { type Check, type Place, problemsOf, type Rule } from "../../../support/benchmark/check";
import type { NodeFacts } from "../../../support/benchmark/facts";

const all = [...controlPlaneChecks, ...nodeChecks];

/** How many recommendations each section of the benchmark has. */
const sections = {
  ...{ "1.1": 21, "1.2": 30, "1.3": 7, "1.4": 2, "2": 7, "3.1": 3, "3.2": 2 },
  ...{ "4.1": 10, "4.2": 14, "4.3": 1 },
  ...{ "5.1": 13, "5.2": 12, "5.3": 2, "5.4": 2, "5.5": 1, "5.6": 4 },
};
const ids = Object.entries(sections).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
);

const empty: NodeFacts = {
  files: new Map(),
  pods: new Map(),
  kubeletArguments: new Map(),
  kubelet: {},
  proxy: {},
  encryption: {},
};

describe("the benchmark's checks", () => {
  it("have each an id of its own, and those of sections 1, 2 and 4 are there but for one that only a person can judge", () => {
    assert.equal(ids.length, 131);
    const checked = all.map(({ id }) => id);
    assert.equal(new Set(checked).size, checked.length);
    const missing = ids.filter((id) => !checked.includes(id) && !id.startsWith("5."));
    assert.deepEqual(missing, ["1.2.20", "3.1.1", "3.1.2", "3.1.3", "3.2.2"]);
    assert.deepEqual(
      checked.filter((id) => !ids.includes(id)),
      [],
    );
  });

  it("and docs/security.md together have an answer to all that the benchmark asks", () => {
    const page = readFileSync(join(__dirname, "../../../../docs/security.md"), "utf8");
    const judged = [...page.matchAll(/^\| (\d[\d.]*) +\|/gm)].map(([, id = ""]) => id);
    const passes = all.map(({ id }) => id).filter((id) => !deviations.has(id));
    assert.deepEqual([...judged, ...passes].sort(), [...ids].sort());
  });

  for (const check of all) {
    it(`${check.id} passes where it is as asked, fails where it is not, and where nothing was read`, () => {
      assert.deepEqual(problemsOf(check, factsWith(check, "right")), []);
      const wrong = problemsOf(check, factsWith(check, "wrong"));
      assert.equal(wrong.length, "files" in check ? pathsOf(check).length : check.values.length);
      if (check.orAbsent === true || ("given" in check.rule && !check.rule.given)) return;
      assert.notDeepEqual(problemsOf(check, empty), []);
    });
  }
});

describe("a list", () => {
  const [list] = all.filter(({ id }) => id === "1.2.6");
  const judged = (value: string): string[] => {
    assert.ok(list !== undefined);
    const pods = new Map([["kube-apiserver", new Map([["authorization-mode", value]])]]);
    return problemsOf(list, { ...empty, pods });
  };

  it("is looked at word by word", () => {
    assert.deepEqual(judged("Node,RBAC"), []);
    assert.deepEqual(judged("Node,NotAlwaysAllow"), []);
    assert.deepEqual(judged("Node,AlwaysAllow"), [
      "--authorization-mode of kube-apiserver is Node,AlwaysAllow",
    ]);
  });
});

/** A node with only what the check reads, as it has to be or otherwise. */
function factsWith(check: Check, how: "right" | "wrong"): NodeFacts {
  if ("files" in check) {
    const file = {
      mode: how === "right" ? 0o400 : 0o777,
      owner: how === "right" ? ownerOf(check) : "ubuntu:ubuntu",
    };
    return { ...empty, files: new Map(pathsOf(check).map((path) => [path, file])) };
  }
  return check.values.reduce((facts, place) => {
    const value = how === "right" ? rightFor(check.rule, place) : wrongFor(check.rule);
    return value === undefined ? facts : put(facts, place, value);
  }, empty);
}

const ownerOf = ({ rule }: Check): string => ("owner" in rule ? rule.owner : "root:root");

/** A path for each pattern of a check of files. */
function pathsOf(check: Check & { readonly files: readonly RegExp[] }): string[] {
  const paths = check.files.map(({ source }) => {
    const path = source
      .replaceAll(/\([^()]*\)\?/g, "")
      .replaceAll(/\[\^\/\]\+|\.\+/g, "some")
      .replaceAll(/[\\^$]/g, "");
    return path.startsWith("/") ? path : `/${path}`;
  });
  for (const [index, path] of paths.entries()) assert.match(path, check.files[index] ?? /^$/);
  return [...new Set(paths)];
}

function rightFor(rule: Rule, place: Place): string | undefined {
  if ("is" in rule) return rule.is;
  if ("isNot" in rule) return `not ${rule.isNot}`;
  if ("has" in rule) return `One,${rule.has}`;
  if ("lacks" in rule) return `Not${rule.lacks}`;
  if ("within" in rule) return rule.within.slice(0, 2).join(",");
  if ("atLeast" in rule) return String(rule.atLeast);
  if ("given" in rule) return rule.given ? "something" : undefined;
  const name = JSON.stringify(place);
  const examples = ["127.0.0.1:10249", "4h0m0s", ...pairsOfFiles];
  const fitting = examples.filter((text) => rule.matches.exec(text)?.[0] === text);
  return fitting.find((text) => text.endsWith(".key") === /key/.test(name)) ?? fitting[0];
}

const pairsOfFiles = [
  "apiserver-kubelet-client",
  "apiserver-etcd-client",
  "apiserver",
  "etcd/server",
  "etcd/peer",
]
  .map((name) => `/etc/kubernetes/pki/${name}`)
  .flatMap((path) => [`${path}.crt`, `${path}.key`]);

function wrongFor(rule: Rule): string | undefined {
  if ("is" in rule) return `${rule.is}0`;
  if ("isNot" in rule) return rule.isNot;
  if ("has" in rule) return `Not${rule.has}`;
  if ("lacks" in rule) return `One,${rule.lacks}`;
  if ("within" in rule) return `${rule.within[0] ?? ""},weak`;
  if ("atLeast" in rule) return String(rule.atLeast - 1);
  if ("given" in rule) return rule.given ? undefined : "something";
  return "0s";
}

function put(facts: NodeFacts, place: Place, value: string): NodeFacts {
  if ("pod" in place) {
    const args = new Map(facts.pods.get(place.pod)).set(place.argument, value);
    return { ...facts, pods: new Map(facts.pods).set(place.pod, args) };
  }
  if ("kubeletArgument" in place) {
    return { ...facts, kubeletArguments: new Map([[place.kubeletArgument, value]]) };
  }
  const [part, path] = Object.entries(place)[0] ?? ["", ""];
  return { ...facts, [part]: merged(facts[part as "kubelet"], path, value) };
}

/** Nested objects for a dotted path. */
function merged(document: unknown, path: string, value: string): unknown {
  const [key = "", ...rest] = path.split(".");
  const inside = document as Readonly<Record<string, unknown>> | undefined;
  return { ...inside, [key]: rest.length === 0 ? value : merged(inside?.[key], rest.join("."), value) };
}
