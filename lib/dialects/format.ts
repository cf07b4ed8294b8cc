import type { Details, RefusalCode } from '../domain/refusal.ts';
import type { Dialect } from './dialect.ts';

/** An answer before the dialect serializes it. */
export interface Reply {
  readonly status: number;
  /** Undefined for an answer without a body. */
  readonly body?: unknown;
  /** Whether the serialized body is bytes in base64. */
  readonly isBase64?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal or a defect, with all data that a dialect may show. */
export interface Problem {
  readonly code: RefusalCode;
  readonly status: number;
  readonly message: string;
  readonly details: Details | undefined;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Headers of the refusal, such as `allow`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request's `Accept-Language`, for answers that people read. */
  readonly acceptLanguage: string | undefined;
}

/** An invalid field of an input: the properties of zod's issues from which sentences are made. */
export interface Issue {
  readonly code?: string;
  readonly path?: readonly PropertyKey[];
  readonly input?: unknown;
  readonly message?: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly origin?: string;
}

/** The answer format of one dialect. */
export interface Format {
  readonly dialect: Dialect;
  /** Headers of every answer, including the content type. */
  readonly headers: Readonly<Record<string, string>>;
  serialize(body: unknown, status: number): string;
  /** The sentence about an invalid field; default: the native API's sentences. */
  sentence?(issue: Issue, field: string): string;
  /**
   * Refuses media types that the dialect doesn't support, besides the check of the body's type.
   *
   * @param contentType undefined if no body is read
   * @throws Refusal `not_acceptable`, `unsupported_media_type`
   */
  negotiate?(asked: { readonly accept: string | undefined; readonly contentType: string | undefined }): void;
  problem(problem: Problem): Reply;
  /**
   * How it refuses callers without a permission in a team. The existence of private teams isn't hidden from members.
   */
  readonly teams?: { readonly viewPermission: 'organization:read'; readonly forbidden: Details };
  /** The default media type of bodies; undefined: JSON. */
  readonly accepts?: '*/*';
  /** Set: permissions are checked before the input. Other dialects refuse an invalid input first, without a read. */
  readonly permissionFirst?: true;
  /** Reads a query; default: the first of repeated parameters counts. */
  query?(parameters: URLSearchParams): unknown;
  /**
   * Counts a request before it is handled.
   *
   * @returns headers of the answer
   * @throws Refusal when the caller exceeds the rate limit
   */
  admit?(route: string, userId: string, now: Date): Readonly<Record<string, string>>;
}
