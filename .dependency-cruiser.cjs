"use strict";
// Who may know whom: `npm run lint` holds the arrows of docs/architecture.md. Only the repository's own files count.

/** A rule: files of one place may not import files of another. */
const never = (name, comment, from, to) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to, pathNot: "node_modules" },
});

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    never(
      "stacks-apart",
      "The stacks know contract/ and settings/, never each other.",
      "^infra/",
      "^(workloads|telemetry|dashboards)/",
    ),
    never(
      "stacks-apart",
      "The stacks know contract/ and settings/, never each other.",
      "^workloads/",
      "^infra/",
    ),
    never(
      "common-ground",
      "contract/ and settings/ stand on nothing of the repository.",
      "^(contract|settings)/",
      "^(?!contract/|settings/)[^/]+/",
    ),
    never(
      "product-alone",
      "Nothing of the product knows the lab, the tests, the benches or the docs.",
      "^(infra|workloads|contract|settings|telemetry|dashboards|policy)/",
      "^(lab|test|bench|tools)/",
    ),
    never("lab-without-tests", "The lab knows no test and no bench.", "^lab/", "^(test|bench|tools)/"),
    never(
      "support",
      "Benches and tools take helpers from test/support/, not from tests.",
      "^(bench|tools)/",
      "^test/(?!support/)",
    ),
    never("support", "What tests share knows no test.", "^test/support/", "^test/(?!support/|golden)"),
    never(
      "examples-alone",
      "An example is what a user writes: it knows nothing of the repository.",
      "^examples/",
      "^(?!examples/)[^/]+/",
    ),
    never(
      "lab-ground",
      "The files at the lab's top (commands, files, processes, locks) know none of its rooms.",
      "^lab/[^/]+\\.ts$",
      "^lab/[^/]+/",
    ),
    never(
      "lab-rooms",
      "Machines and their supply know neither each other nor the rooms above them.",
      "^lab/(host|supply)/",
      "^lab/(?!$1/)[^/]+/",
    ),
    never(
      "viewer-alone",
      "The viewer is built in a folder of its own, where nothing else of the repository is.",
      "^lab/supply/viewer/(page|model|server)/",
      "^(?!lab/supply/viewer/)(lab|contract|settings|infra|workloads|telemetry|dashboards|test|bench|tools)/",
    ),
    never("lab-rooms", "The engine's room does not know the command line.", "^lab/pulumi/", "^lab/cli/"),
    never(
      "application-alone",
      "The application and its dashboards know no stack.",
      "^(telemetry|dashboards)/",
      "^(infra|workloads|contract|settings)/",
    ),
    never(
      "telemetry-first",
      "Dashboards are made from the dictionary; the exporter, one bundled file, does not know them.",
      "^telemetry/",
      "^dashboards/",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(node_modules|telemetry/dist)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js", ".json", ".d.ts"] },
  },
};
