import type { Context, PreTokenGenerationV2TriggerEvent } from 'aws-lambda';
import { loggable } from '../domain/log.ts';
import type { TableAccess } from '../table/access.ts';
import type { PreTokenDeclaration } from './declaration.ts';

interface Spec {
  readonly table: TableAccess;
  /** @returns the claims to add to the ID token */
  claims(person: SignedInPerson): Promise<Readonly<Record<string, unknown>>>;
}

/** Who signs in at the user pool, or refreshes their tokens. */
interface SignedInPerson {
  readonly issuer: string;
  readonly subject: string;
}

export type PreTokenFunction = PreTokenDeclaration & {
  readonly handler: (event: PreTokenGenerationV2TriggerEvent, context: Context) => Promise<object>;
};

/** The log message about a token without the claims. */
export const WITHOUT_CLAIMS = 'Token without memberships';

/**
 * How long the claims may take, in milliseconds: Cognito waits five seconds for the function, its start included, and
 * refuses the sign-in after three tries.
 */
const DEADLINE = 2500;

/**
 * Declares a function that adds claims to the ID tokens of the built-in user pool (Cognito's pre token generation,
 * version 2).
 *
 * If the claims can't be read in time, the token is issued without them: nobody is locked out because the table is slow,
 * and a token without the claims gives no permission.
 */
export function onPreToken({ claims, table }: Spec): PreTokenFunction {
  return {
    kind: 'preToken',
    table,
    due: false,
    email: false,
    timeout: 5,
    handler: async (event, { awsRequestId: requestId }) => {
      const { region, userPoolId, request } = event;
      const person = { issuer: issuerOf(region, userPoolId), subject: request.userAttributes.sub ?? '' };
      try {
        const claimsToAddOrOverride = await inTime(claims(person));
        return {
          ...event,
          response: { claimsAndScopeOverrideDetails: { idTokenGeneration: { claimsToAddOrOverride } } },
        };
      } catch (error) {
        console.error({ message: WITHOUT_CLAIMS, requestId, ...loggable(error) });
        // Cognito's own event, unchanged, changes no token.
        return event;
      }
    },
  };
}

/** Returns the `iss` of a user pool's tokens. */
function issuerOf(region: string, userPoolId: string): string {
  return `https://cognito-idp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${userPoolId}`;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`The memberships took more than ${DEADLINE} ms.`)), DEADLINE);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
