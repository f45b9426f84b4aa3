/** Lines with a secret in them, as programs write them. */

export interface SecretLine {
  readonly about: string;
  readonly line: string;
  readonly secret: string;
}

const secret = "s3cr3t-V4lue.of~its/own";
const encoded = Buffer.from(`user:${secret}`).toString("base64");

export const secretLines: readonly SecretLine[] = [
  { about: "logfmt", line: `level=info msg=login password=${secret} user=a`, secret },
  { about: "logfmt in quotes", line: `level=info apiKey="${secret}" user=a`, secret },
  { about: "JSON", line: JSON.stringify({ message: "a", db: { dbPassword: secret } }), secret },
  { about: "JSON with a quote in it", line: JSON.stringify({ message: "b", token: `x"${secret}` }), secret },
  {
    about: "JSON in JSON",
    line: JSON.stringify({ message: "c", body: JSON.stringify({ client_secret: secret }) }),
    secret,
  },
  { about: "YAML", line: `passphrase: ${secret}`, secret },
  { about: "single quotes", line: `{'access_key': '${secret}'}`, secret },
  {
    about: "URL",
    line: `connecting to postgres://app:${encodeURIComponent(secret)}@db:5432/shop`,
    secret: encodeURIComponent(secret),
  },
  { about: "header", line: `> Authorization: Basic ${encoded}`, secret: encoded },
  { about: "bearer", line: `sent with bearer ${secret}`, secret },
  { about: "cookie", line: `Set-Cookie: session=${secret}; Path=/`, secret },
  { about: "argument", line: `exec /bin/app --db-password ${secret} --port 1`, secret },
  { about: "argument with =", line: `exec /bin/app --token=${secret}`, secret },
  {
    about: "JSON Web Token",
    line: "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
    secret: "c2lnbmF0dXJl",
  },
  { about: "key of AWS", line: "credentials of AKIAIOSFODNN7EXAMPLE", secret: "AKIAIOSFODNN7EXAMPLE" },
  { about: "age identity", line: "AGE-SECRET-KEY-1QQPZRYG9X8GF2TVDW0S3JN54KHCE6MUA7L", secret: "QQPZRYG9X8" },
  {
    about: "token of GitHub",
    line: "remote said ghp_0123456789abcdefghijABCDEFGHIJ012345",
    secret: "0123456789abcdefghij",
  },
  {
    about: "webhook of Slack",
    line: "POST https://hooks.slack.com/services/T000/B000/abcdefghij failed",
    secret: "B000/abcdefghij",
  },
  { about: "SECRET_KEY", line: `SECRET_KEY=${secret}`, secret },
  { about: "secretKey", line: JSON.stringify({ secretKey: secret, message: "d" }), secret },
  { about: "AccountKey", line: `DefaultEndpointsProtocol=https;AccountKey=${secret};Suffix=a`, secret },
  { about: "pwd", line: JSON.stringify({ pwd: secret, message: "e" }), secret },
  { about: "pass", line: JSON.stringify({ message: "f", pass: secret }), secret },
  { about: "db_pass", line: `started with db_pass=${secret}`, secret },
  {
    about: "kubeconfig",
    line: "client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk=",
    secret: "LS0tLS1CRUdJTiBSU0Eg",
  },
  {
    about: "kubeadm",
    line: "kubeadm join --certificate-key 0123456789abcdef0123",
    secret: "0123456789abcdef0123",
  },
  { about: "header of one's own", line: "x-auth-key: 0123456789abcdef", secret: "0123456789abcdef" },
  { about: "number", line: `{"message":"g","token":1234567890}`, secret: "1234567890" },
  { about: "list", line: JSON.stringify({ message: "h", passwords: 1, password: [secret] }), secret },
  { about: "URL in capitals", line: `REDIS://:pw-of-redis@cache:6379`, secret: "pw-of-redis" },
  { about: "quoted arguments", line: `exec ["app", "--token", "0123456789abc"]`, secret: "0123456789abc" },
  { about: "curl", line: "+ curl -u admin:hunter2hunter2 https://a.example", secret: "hunter2hunter2" },
  { about: "token of GitLab", line: "cloned by glpat-0123456789abcdefghij", secret: "0123456789abcdefghij" },
  {
    about: "key of Google",
    line: "found AIzaSyA0123456789abcdefghijklmnopqrstuvw",
    secret: "0123456789abcdefghij",
  },
  {
    about: "webhook of Discord",
    line: "https://discord.com/api/webhooks/123/abcdefABCDEF",
    secret: "abcdefABCDEF",
  },
];

/** Lines that are no secret, and stay as they are. */
export const plainLines: readonly string[] = [
  "GET /api/v1/namespaces/prod/secrets/db 200",
  `{"level":"info","msg":"synced","objectRef":{"resource":"secrets","name":"db"},"tokens":["a"]}`,
  `I1127 21:30:00.123456 1 reflector.go:12] "Watch close" type="*v1.Secret" totalBytes=12`,
  "http://shop.example:8080/a?b=c and mail@shop.example",
  "passwordFile: /etc/login/password",
  "tls-private-key-file /etc/kubernetes/pki/apiserver.key",
  `{"token":null,"password":true,"level":"error","message":"kept"}`,
  `could not find secret: db-creds in the namespace prod`,
  "invalid token: signature mismatch",
  "running basic healthcheck, then basic authentication",
  "authorization: denied for alice by role viewer",
  `{"cookie":null,"authorization":false,"level":"error"}`,
  "bypass=true and surpass: yes",
];
