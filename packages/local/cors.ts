import type { OutgoingHttpHeaders } from 'node:http';
import type { Answer } from './gateway-answer.ts';

/** The `CorsConfiguration` of `AWS::ApiGatewayV2::Api`. */
export interface CorsConfiguration {
  readonly AllowOrigins?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly AllowCredentials?: boolean;
  readonly MaxAge?: number;
}

/** Returns the CORS headers of an answer; undefined without a CORS configuration. */
export function corsHeaders(
  cors: CorsConfiguration | undefined,
  origin: string | undefined,
): OutgoingHttpHeaders | undefined {
  if (!cors) return undefined;
  const allowed = origin === undefined ? undefined : allowedOrigin(cors, origin);
  if (allowed === undefined) return {};
  return {
    'access-control-allow-origin': allowed,
    ...(cors.AllowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.ExposeHeaders?.length && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') }),
  };
}

/** Answers a preflight request without calling a function. An origin that isn't allowed gets no headers. */
export function preflight(cors: CorsConfiguration, origin: string | undefined): Answer {
  if (origin === undefined || allowedOrigin(cors, origin) === undefined) {
    return { status: 204, headers: {}, body: undefined };
  }
  const { AllowMethods, AllowHeaders, MaxAge } = cors;
  const headers = {
    ...(AllowMethods?.length && { 'access-control-allow-methods': AllowMethods.join(',') }),
    ...(AllowHeaders?.length && { 'access-control-allow-headers': AllowHeaders.join(',') }),
    ...(MaxAge !== undefined && { 'access-control-max-age': String(MaxAge) }),
  };
  return { status: 204, headers, body: undefined };
}

/** Removes a function's own CORS headers, as API Gateway does with a CORS configuration. */
export function withoutCors(answer: Answer): Answer {
  const headers = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  return { ...answer, headers: Object.fromEntries(headers) };
}

function allowedOrigin({ AllowOrigins = [], AllowCredentials }: CorsConfiguration, origin: string): string | undefined {
  if (AllowOrigins.includes('*')) return AllowCredentials ? origin : '*';
  const isAllowed = AllowOrigins.some((allowed) =>
    allowed.endsWith('://*') ? origin.startsWith(allowed.slice(0, -1)) : allowed === origin,
  );
  return isAllowed ? origin : undefined;
}
