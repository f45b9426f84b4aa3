/** S3's errors: code, HTTP status and message as its API reference gives them. */

const statuses = {
  AccessControlListNotSupported: 400,
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  BadDigest: 400,
  EntityTooLarge: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketOwnerAWSAccountID: 400,
  InvalidDigest: 400,
  InvalidRequest: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type ErrorCode = keyof typeof statuses;

export class S3Error extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get status(): number {
    return statuses[this.code];
  }

  /** The answer's body. */
  document(resource: string, requestId: string): string {
    const fields = { Code: this.code, Message: this.message, Resource: resource, RequestId: requestId };
    return xml("Error", elements(fields));
  }
}

export function notImplemented(what: string): S3Error {
  return new S3Error(
    "NotImplemented",
    `A header or query you provided implies functionality that is not implemented (the lab's S3: ${what})`,
  );
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A document of one element with this content. */
export function xml(name: string, content: string, namespace = ""): string {
  return `${declaration}<${name}${namespace === "" ? "" : ` xmlns="${namespace}"`}>${content}</${name}>`;
}

/** Elements with text, in the order given; those without a value are left out. */
export function elements(fields: Readonly<Record<string, string | number | boolean | undefined>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`)
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
