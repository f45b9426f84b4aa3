/** YAML for readers of YAML 1.1 (cloud-init's PyYAML, Kubernetes' Go reader), for whom a bare `y` or `on` is a boolean. */
import { stringify } from "yaml";

/** One document; strings that YAML 1.1 would read as something else are quoted. Lines are not folded. */
export function toYaml(document: object): string {
  return stringify(document, { version: "1.1", lineWidth: 0 });
}
