/** YAML for YAML 1.1 parsers (cloud-init's PyYAML, Kubernetes' Go parser): a bare `y` or `on` is a boolean there. */
import { stringify } from "yaml";

/** One YAML document. Strings that YAML 1.1 would parse as another type are quoted. Lines are not folded. */
export function toYaml(document: object): string {
  return stringify(document, { version: "1.1", lineWidth: 0 });
}
