/** Requests to a real API server as somebody else, by impersonation: as `kubectl --as` and `--as-group` make them. */
import { Agent, request } from "node:https";
import { parse } from "yaml";

/** A person by groups, or a ServiceAccount. */
export interface Person {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Text of the `Warning` headers. */
  readonly warnings: string;
}

export class AskedApi {
  private readonly server: string;
  private readonly token: string;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(kubeconfig) as {
      clusters: { cluster: { server: string } }[];
      users: { user: { token: string } }[];
    };
    this.server = clusters[0]?.cluster.server ?? "";
    this.token = users[0]?.user.token ?? "";
  }

  /** @param person default: the administrator of the kubeconfig */
  ask(method: string, path: string, body?: object, person?: Person): Promise<Reply> {
    return this.send(method, path, body, {
      authorization: `Bearer ${this.token}`,
      ...(person && { "impersonate-user": person.user }),
      ...(person && person.groups.length > 0 && { "impersonate-group": [...person.groups] }),
    });
  }

  /** The same by the bearer of a token. */
  askWithToken(token: string, method: string, path: string, body?: object): Promise<Reply> {
    return this.send(method, path, body, { authorization: `Bearer ${token}` });
  }

  /** Whether the person may: the answer of a SubjectAccessReview. */
  async may(person: Person, resourceAttributes: Readonly<Record<string, string>>): Promise<boolean> {
    const review = { spec: { ...person, resourceAttributes } };
    const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const { status, body } = await this.ask("POST", path, review);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return (body["status"] as { allowed: boolean }).allowed;
  }

  stop(): void {
    this.agent.destroy();
  }

  private send(
    method: string,
    path: string,
    body: object | undefined,
    headers: Readonly<Record<string, string | string[]>>,
  ): Promise<Reply> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.server}${path}`,
        { method, agent: this.agent, headers: { ...headers, "content-type": type } },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => (text += part));
          answer.on("error", reject).on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              body: JSON.parse(text) as Reply["body"],
              warnings: String(answer.headers["warning"] ?? ""),
            }),
          );
        },
      );
      sent.on("error", reject).end(body && JSON.stringify(body));
    });
  }
}
