import type { Details, RefusalCode } from '../domain/refusal.ts';
import type { Dialect } from './dialect.ts';

/** An answer, before the dialect gives it its bytes. */
export interface Reply {
  readonly status: number;
  /** Undefined for an answer without a body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal or a defect, with what any dialect may want to tell of it. */
export interface Problem {
  readonly code: RefusalCode;
  readonly status: number;
  readonly message: string;
  readonly details: Details | undefined;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** That belong to it, such as `allow`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header, for answers that people read. */
  readonly acceptLanguage: string | undefined;
}

/** What is wrong with a field of an input: the fields of zod's issues that sentences are made from. */
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

/** How one dialect writes its answers. */
export interface Format {
  readonly dialect: Dialect;
  /** On every answer, the content type included. */
  readonly headers: Readonly<Record<string, string>>;
  serialize(body: unknown, status: number): string;
  /** What it says of a field that isn't valid; the native API's sentences where it is left out. */
  sentence?(issue: Issue, field: string): string;
  /**
   * Refuses what a request's headers ask for that the dialect hasn't, beyond the type of the body.
   *
   * @param contentType undefined where no body is read
   * @throws Refusal `not_acceptable`, `unsupported_media_type`
   */
  negotiate?(asked: { readonly accept: string | undefined; readonly contentType: string | undefined }): void;
  problem(problem: Problem): Reply;
  /** How it refuses who may not do something in a team: members may be told of private ones, too. */
  readonly teams?: { readonly viewPermission: 'organization:read'; readonly forbidden: Details };
  /** What bodies are sent as, unless an endpoint says otherwise; JSON where nothing is said. */
  readonly accepts?: '*/*';
  /** Who may not is told so before what is wrong with the request; elsewhere a mistake is told first, without a read. */
  readonly permissionFirst?: true;
  /** Reads a query; where nothing is said, repeated parameters count once: the first. */
  query?(parameters: URLSearchParams): unknown;
  /**
   * Counts a request that is about to be handled.
   *
   * @returns headers of its answer
   * @throws Refusal when the caller has sent too many
   */
  admit?(route: string, userId: string, now: Date): Readonly<Record<string, string>>;
}
