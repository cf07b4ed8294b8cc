import { expect } from 'vitest';
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

/** An endpoint with what it says that it answers. */
export interface Contract {
  readonly name: keyof typeof contents;
  readonly declaration: HttpDeclaration;
  readonly returns: Readonly<Record<number, z.core.$ZodType | null>>;
  /** A body that it takes, if its file has one. */
  readonly example: unknown;
}

/** Every endpoint that has a route of its own. */
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

const routes = contracts
  .map((contract) => {
    const [method = '', path = ''] = contract.declaration.route.split(' ');
    return { contract, method, expected: path.split('/'), variables: path.split('{').length };
  })
  .sort((one, other) => one.variables - other.variables);

/** The endpoint that a request goes to; undefined where no route matches. A literal segment wins over a variable one. */
export function contractOf(method: string, path: string): Contract | undefined {
  const segments = path.split('/');
  return routes.find(
    (route) =>
      route.method === method &&
      route.expected.length === segments.length &&
      route.expected.every((part, index) => part.startsWith('{') || part === segments[index]),
  )?.contract;
}

/** How the refusals of each dialect are read that tests know. */
const PROBLEMS = {
  v1: { codeOf: (body: unknown) => z.parse(Problem, body).error },
  // What is wrong at several places has the names of the mistakes there.
  papershift: {
    codeOf: (body: unknown) => {
      const { errors } = z.parse(PapershiftProblem, body);
      return errors[0]?.code && errors[0].code in MISTAKES ? 'validation_failed' : errors[0]?.code;
    },
  },
  rocketchat: {
    codeOf: (body: unknown) => {
      const { error = '', errorType } = z.parse(RocketChatProblem, body) as { error?: string; errorType?: string };
      const [, text] = ROCKETCHAT.find(([pattern]) => pattern.test(errorType ?? error)) ?? [];
      return text ?? (Object.keys(REFUSALS) as RefusalCode[]).find((code) => saysInRocketChat(code) === error);
    },
  },
} as const;

/** What a refusal with several texts, or none of its own, is known by in Rocket.Chat's dialect. */
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

function saysInRocketChat(code: RefusalCode): string | undefined {
  const request = { details: undefined, requestId: '', method: '', path: '', headers: {}, acceptLanguage: undefined };
  const told = rocketchat.problem({ code, status: REFUSALS[code], message: MESSAGES[code], ...request });
  return (told.body as { error?: string }).error;
}

/** Whether tests know how a dialect refuses. */
export function isKnown(dialect: string): dialect is keyof typeof PROBLEMS {
  return dialect in PROBLEMS;
}

/** The code of a refusal, in whatever dialect. */
export function codeOf({ declaration: { dialect } }: Contract, body: unknown): string | undefined {
  return isKnown(dialect) ? PROBLEMS[dialect].codeOf(body) : undefined;
}

/** Every answer of a JSON endpoint, in any test, has a declared form: its schema, or a declared refusal. */
export function expectDeclared(contract: Contract, status: number, body: unknown): void {
  const { declaration, returns, name } = contract;
  const { dialect } = declaration;
  if (!isKnown(dialect) && dialect !== 'volttime') return;
  if (status in returns) {
    const schema = returns[status];
    const issues = schema ? z.safeParse(schema, body).error?.issues : body === undefined ? undefined : ['has a body'];
    expect(issues ?? [], `${name} answers as its schema says`).toEqual([]);
    return;
  }
  expect(status, `${name} has a defect: see functions.log`).not.toBe(500);
  if (dialect === 'volttime') {
    // Where Laravel has words of its own, its bodies have no code.
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
