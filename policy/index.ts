/** The policy pack: `pulumi up --policy-pack policy`. The rules are in rules.ts; the unit tests run them too. */
import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

new PolicyPack("perigee", { policies: [...rules], enforcementLevel: "mandatory" });
