/** Rule groups of any number of rules: a group that is too big for one PrometheusRule is made as several. */
import { createHash } from "node:crypto";
import { objectName } from "../objectName";
import { groupPrefix, isAlert, type Rule, type RuleGroup } from "./rule";

/** Size of a group's rules in bytes, as JSON, above which it is halved: half of the YAML that the operator takes. */
const mostBytes = 256 * 1024;
/** Longest name of a group: with another prefix it is the name of a Kubernetes object. */
const mostCharacters = 60;
/** Halvings at most: a group that is still too big is refused with its size. */
const mostHalvings = 8;

/**
 * The rules as one group, or as parts of at most 256 KiB, whose names end in `--0`, `--1`, `--01`, ... Rules of one
 * parameter stay together, however big they are.
 *
 * Which part a rule is in depends on its parameter alone, until that part grows too big and is halved. So a new
 * parameter moves the rules of one part at most, and of none as a rule: a rule that moves ends its alert and starts it
 * anew.
 * @param kind what comes before the subsystem's name, such as `limits-`; the whole name where there is no subsystem
 */
export function groupsOf(kind: string, subsystem: string, rules: readonly Rule[], part = ""): RuleGroup[] {
  if (rules.length === 0) return [];
  const isOneSubject = new Set(rules.map(subjectOf)).size === 1;
  const isSmall = Buffer.byteLength(JSON.stringify(rules)) <= mostBytes;
  if (isSmall || isOneSubject || part.length === mostHalvings) {
    return [{ name: objectName(groupPrefix + kind, subsystem, mostCharacters, part), rules }];
  }
  return ["0", "1"].flatMap((half) =>
    groupsOf(
      kind,
      subsystem,
      rules.filter((rule) => halves(rule)[part.length] === half),
      part + half,
    ),
  );
}

/** Name of what the rule is about: a parameter, or a group of rules. */
function subjectOf(rule: Rule): string {
  return isAlert(rule) ? (rule.labels["parameter"] ?? rule.labels["rule_group"] ?? rule.alert) : rule.record;
}

/** A digit for every halving, from the hash of what the rule is about. */
function halves(rule: Rule): string {
  const [byte = 0] = createHash("sha256").update(subjectOf(rule)).digest();
  return byte.toString(2).padStart(mostHalvings, "0");
}
