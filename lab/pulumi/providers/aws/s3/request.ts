/** Requests to S3 and their answers, and what they are answered from. */
import type { Cloud } from "../cloud";
import type { Caller } from "../iam/evaluate";
import type { SignedRequest } from "./signature";

/** A request whose signature is good. */
export interface S3Request extends SignedRequest {
  readonly bucket: string;
  /** Empty: the request is about the bucket. */
  readonly key: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly caller: Caller | undefined;
  readonly secure: boolean;
  /** The content, which is read only when this is asked. */
  readonly body: () => NodeJS.ReadableStream;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Path of a file that is the body. */
  readonly file?: string;
}

export interface S3Sources {
  readonly cloud: Cloud;
  readonly stateFolder: string;
  now(): Date;
}
