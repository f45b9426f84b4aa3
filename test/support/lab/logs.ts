/** Questions to the store of logs, as a person with the page's login asks them. */
import { loggingNames } from "../../../workloads/logging/names";
import { kubectl, outputs } from "./lab";

/** A login's password, from its Secret. */
export async function passwordOf(secret: string): Promise<string> {
  const data = await kubectl("-n", "monitoring", "get", "secret", secret, "-o", "jsonpath={.data.password}");
  return Buffer.from(data, "base64").toString("utf8");
}

/** Answer of the page at its node port. @param headers default: those of its login */
export async function askPage(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
  headers?: Readonly<Record<string, string>>,
): Promise<Response> {
  const { publishedHost } = await outputs();
  const { secret, user } = loggingNames.readerLogin;
  const login = async (): Promise<string> => btoa(`${user}:${await passwordOf(secret)}`);
  return fetch(`http://${publishedHost}:${loggingNames.pageNodePort}${path}`, {
    method: "POST",
    headers: headers ?? { authorization: `Basic ${await login()}` },
    body: new URLSearchParams(parameters),
    signal: AbortSignal.timeout(20_000),
  });
}

/** Records that a query finds. */
export async function logRecords(query: string): Promise<Readonly<Record<string, string>>[]> {
  const answer = await askPage("/select/logsql/query", { query });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${query}: ${answer.status} ${text}`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

/** The only number of a query that ends in `stats`. */
export async function logNumber(query: string): Promise<number> {
  const [record = {}] = await logRecords(query);
  return Number(Object.values(record)[0] ?? NaN);
}
