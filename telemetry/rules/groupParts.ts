/** Rule groups of any number of rules: a group that is too big for one PrometheusRule is made as several. */
import { hash } from "node:crypto";
import { objectName } from "../objectName";
import { groupPrefix, isAlert, type Rule, type RuleGroup } from "./rule";

/** Size of a group's rules in bytes, as JSON, above which it is halved: half of the YAML that the operator takes. */
const mostBytes = 256 * 1024;
/** Longest name of a group: with another prefix it is the name of a Kubernetes object. */
const mostCharacters = 60;
/** Halvings at most: a group that is still too big is refused with its size. */
const mostHalvings = 8;

/** Rules about one parameter or one group of rules, which stay together. */
interface Subject {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Size of the rules as JSON, with a comma behind each. */
  readonly bytes: number;
}

/**
 * The rules as one group, or as parts of at most 256 KiB, whose names end in `--0`, `--1`, `--01`, ... Rules of one
 * parameter stay together, however big they are.
 *
 * Which part a rule is in depends on its parameter alone, until that part grows too big and is halved. So a new
 * parameter moves the rules of one part at most, and of none as a rule: a rule that moves ends its alert and starts it
 * anew.
 * @param kind what comes before the subsystem's name, such as `limits-`; the whole name where there is no subsystem
 */
export function groupsOf(kind: string, subsystem: string, rules: readonly Rule[]): RuleGroup[] {
  // Measured once: a big subsystem is halved several times.
  const subjects = [...Map.groupBy(rules, subjectOf)].map(([name, those]) => ({
    name,
    rules: those,
    bytes: those.reduce((bytes, rule) => bytes + Buffer.byteLength(JSON.stringify(rule)) + 1, 0),
  }));
  return partsOf(subjects, "").map(({ part, those }) => {
    const names = new Set(those.map(({ name }) => name));
    return {
      name: objectName(groupPrefix + kind, subsystem, mostCharacters, part),
      rules: rules.filter((rule) => names.has(subjectOf(rule))),
    };
  });
}

interface Part {
  /** A digit for every halving. */
  readonly part: string;
  readonly those: readonly Subject[];
}

function partsOf(subjects: readonly Subject[], part: string): Part[] {
  if (subjects.length === 0) return [];
  // Brackets around them, without the last comma.
  const bytes = subjects.reduce((sum, subject) => sum + subject.bytes, 1);
  if (bytes <= mostBytes || subjects.length === 1 || part.length === mostHalvings) {
    return [{ part, those: subjects }];
  }
  const halves = Map.groupBy(subjects, ({ name }) => halvesOf(name)[part.length]);
  return ["0", "1"].flatMap((half) => partsOf(halves.get(half) ?? [], part + half));
}

/** Name of what the rule is about: a parameter, or a group of rules. */
function subjectOf(rule: Rule): string {
  return isAlert(rule) ? (rule.labels["parameter"] ?? rule.labels["rule_group"] ?? rule.alert) : rule.record;
}

/** A digit for every halving, from the hash of what the rule is about. */
function halvesOf(name: string): string {
  const [byte = 0] = hash("sha256", name, "buffer");
  return byte.toString(2).padStart(mostHalvings, "0");
}
