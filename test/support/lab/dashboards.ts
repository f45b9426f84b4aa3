/** Address of the lab's dashboards, as somebody opens it who has the password. */
import { nodePorts } from "../../../contract/outputs";
import { kubectl, outputs } from "./lab";

/** URL with name and password; both are safe in a URL, as Perigee generates them. */
export async function dashboardsAddress(path: string): Promise<string> {
  const { publishedHost } = await outputs();
  const secret = async (key: string): Promise<string> => {
    const query = ["-n", "monitoring", "get", "secret", "grafana-admin", "-o", `jsonpath={.data.${key}}`];
    return Buffer.from(await kubectl(...query), "base64").toString("utf8");
  };
  const who = `${await secret("admin-user")}:${await secret("admin-password")}`;
  return `http://${who}@${publishedHost}:${nodePorts.grafana.port}${path}`;
}
