import { expect, inject } from 'vitest';
import * as z from 'zod/mini';
import { statusesOf } from '../../docs/refusals.ts';
import { contents } from '../../functions/index.ts';
import { PapershiftProblem } from '../../lib/dialects/papershift/schemas.ts';
import { MISTAKES } from '../../lib/dialects/papershift/words.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { RocketChatProblem } from '../../lib/dialects/rocketchat/schemas.ts';
import { Problem } from '../../lib/dialects/v1/schemas.ts';
import { Problem as VoltTimeProblem } from '../../lib/dialects/volttime/schemas.ts';
import { REFUSALS, type RefusalCode } from '../../lib/domain/refusal.ts';
import type { HttpDeclaration } from '../../lib/http/declaration.ts';
import { MESSAGES } from '../../lib/http/messages.ts';
import { refusalsOf } from '../../lib/http/refusals.ts';

/** An endpoint with its declared answers. */
export interface Contract {
  readonly name: keyof typeof contents;
  readonly declaration: HttpDeclaration;
  readonly returns: Readonly<Record<number, z.core.$ZodType | null>>;
  /** A valid body, if the endpoint's file has one. */
  readonly example: unknown;
}

/** Every endpoint with a route of its own. */
export const contracts: readonly Contract[] = Object.entries(contents).flatMap(([name, module]) =>
  'endpoint' in module && module.endpoint.route !== '$default'
    ? [
        {
          name: name as Contract['name'],
          declaration: module.endpoint,
          returns: module.returns,
          example: 'example' in module ? module.example : undefined,
        },
      ]
    : [],
);

/** What tells the kind of an endpoint: a declared property, or the things that it is about, the folder of its file. */
type Trait = 'dialect' | 'caller' | 'organization' | 'found' | 'about' | 'permission' | 'accepts' | 'things';

/** The traits that select the code before the handler: signing in, and choosing the organization. */
const BEFORE_THE_HANDLER: readonly Trait[] = ['dialect', 'caller', 'organization', 'found', 'about'];

/**
 * Returns the endpoints that a test of all runs for: in `npm test`, one of each kind, which is one combination of
 * traits.
 */
export function tested(some: readonly Contract[], traits = BEFORE_THE_HANDLER): readonly Contract[] {
  if (inject('whole')) return some;
  const traitOf = ({ name, declaration }: Contract, trait: Trait) =>
    trait === 'things' ? name.split('/')[0] : declaration[trait];
  const kinds = Map.groupBy(some, (contract) => traits.map((trait) => traitOf(contract, trait)).join(' '));
  return [...kinds.values()].map(([first]) => first as Contract);
}

const routes = contracts
  .map((contract) => {
    const [method = '', path = ''] = contract.declaration.route.split(' ');
    return { contract, method, expected: path.split('/'), variables: path.split('{').length };
  })
  .sort((one, other) => one.variables - other.variables);

/** Returns the endpoint of a request, or undefined if no route matches. A literal segment wins over a variable. */
export function contractOf(method: string, path: string): Contract | undefined {
  const segments = path.split('/');
  return routes.find(
    (route) =>
      route.method === method &&
      route.expected.length === segments.length &&
      route.expected.every((part, index) => part.startsWith('{') || part === segments[index]),
  )?.contract;
}

/** How tests read the refusal code in each dialect. */
const PROBLEMS = {
  v1: { codeOf: (body: unknown) => z.parse(Problem, body).error },
  // A validation error has the codes of its mistakes instead.
  papershift: {
    codeOf: (body: unknown) => {
      const { errors } = z.parse(PapershiftProblem, body);
      return errors[0]?.code && errors[0].code in MISTAKES ? 'validation_failed' : errors[0]?.code;
    },
  },
  rocketchat: {
    codeOf: (body: unknown) => {
      const { error = '', errorType } = z.parse(RocketChatProblem, body) as { error?: string; errorType?: string };
      const [, known] = ROCKETCHAT.find(([pattern]) => pattern.test(errorType ?? error)) ?? [];
      return known ?? (Object.keys(REFUSALS) as RefusalCode[]).find((code) => rocketChatText(code) === error);
    },
  },
} as const;

/** The texts of Rocket.Chat's dialect for refusals that have several texts, or share one. */
const ROCKETCHAT: readonly (readonly [RegExp, RefusalCode])[] = [
  [/^(error-)?invalid-(params|sort)$/, 'validation_failed'],
  [/^(unauthorized|error-no-permission-team-channel)$/, 'forbidden'],
  [/^(Team not found|Resource not found|invalid-room|user-not-on-private-team)$/, 'team_not_found'],
  [/^error-invalid-team-not-a-member$/, 'team_not_found'],
  [/^error-invalid-room-name$/, 'team_not_creatable'],
  [/^unsupported_media_type$/, 'unsupported_media_type'],
  [/^error-blocked-username$/, 'team_name_reserved'],
  [/too-many-requests\]$/, 'request_rate_exceeded'],
];

function rocketChatText(code: RefusalCode): string | undefined {
  const request = { details: undefined, requestId: '', method: '', path: '', headers: {}, acceptLanguage: undefined };
  const problem = rocketchat.problem({ code, status: REFUSALS[code], message: MESSAGES[code], ...request });
  return (problem.body as { error?: string }).error;
}

/** Returns whether tests can read the refusal codes of a dialect. */
export function hasReadableRefusals(dialect: string): dialect is keyof typeof PROBLEMS {
  return dialect in PROBLEMS;
}

/** Returns the code of a refusal in any dialect that tests can read. */
export function codeOf({ declaration: { dialect } }: Contract, body: unknown): string | undefined {
  return hasReadableRefusals(dialect) ? PROBLEMS[dialect].codeOf(body) : undefined;
}

/** Expects that an answer of a JSON endpoint matches a declared schema or is a declared refusal. */
export function expectDeclared(contract: Contract, status: number, body: unknown): void {
  const { declaration, returns, name } = contract;
  const { dialect } = declaration;
  if (!hasReadableRefusals(dialect) && dialect !== 'volttime') return;
  if (status in returns) {
    const schema = returns[status];
    const issues = schema ? z.safeParse(schema, body).error?.issues : body === undefined ? undefined : ['has a body'];
    expect(issues ?? [], `${name} answers as its schema says`).toEqual([]);
    return;
  }
  expect(status, `${name} has a defect: see functions.log`).not.toBe(500);
  if (dialect === 'volttime') {
    // Bodies with a text of Laravel's own have no code.
    const { error } = z.parse(VoltTimeProblem, body);
    const refused = refusalsOf(declaration).filter((code) => error === undefined || code === error);
    const statuses = refused.flatMap((code) => statusesOf(dialect, code));
    expect(statuses, `${name} declares that it refuses with ${status} ${error ?? ''}`).toContain(status);
    return;
  }
  const code = codeOf(contract, body);
  const codes = refusalsOf(declaration) as readonly (string | undefined)[];
  expect(codes, `${name} declares that it refuses with ${code}`).toContain(code);
  expect(statusesOf(dialect, code as RefusalCode)).toContain(status);
}
