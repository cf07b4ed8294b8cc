import { expect } from 'vitest';
import * as z from 'zod/mini';
import { contents } from '../../functions/index.ts';
import type { Dialect } from '../../lib/dialects/dialect.ts';
import * as v1 from '../../lib/dialects/v1/schemas.ts';
import { statusOf } from '../../lib/dialects/volttime/format.ts';
import * as volttime from '../../lib/dialects/volttime/schemas.ts';
import { REFUSALS, type RefusalCode } from '../../lib/domain/refusal.ts';
import type { HttpDeclaration } from '../../lib/http/declaration.ts';
import { refusalsOf } from '../../lib/http/refusals.ts';

/** An endpoint with what it says that it answers. */
export interface Contract {
  readonly name: keyof typeof contents;
  readonly declaration: HttpDeclaration;
  readonly returns: Readonly<Record<number, z.core.$ZodType | null>>;
}

/** How a dialect refuses: the form of its bodies, and the status of a code. */
interface Refusing {
  readonly problem: z.core.$ZodType<{ readonly error?: string | undefined }>;
  statusOf(code: RefusalCode): number;
}

/** The dialects whose answers are JSON. */
const REFUSING: Partial<Record<Dialect, Refusing>> = {
  v1: { problem: v1.Problem, statusOf: (code) => REFUSALS[code] },
  volttime: { problem: volttime.Problem, statusOf },
};

/** The status of a refusal in a dialect. */
export function statusIn(dialect: Dialect, code: RefusalCode): number {
  return REFUSING[dialect]?.statusOf(code) ?? REFUSALS[code];
}

/** Every endpoint that has a route of its own. */
export const contracts: readonly Contract[] = Object.entries(contents).flatMap(([name, module]) =>
  'endpoint' in module && module.endpoint.route !== '$default'
    ? [{ name: name as Contract['name'], declaration: module.endpoint, returns: module.returns }]
    : [],
);

/** The endpoint that a request goes to; undefined where no route matches. A literal segment wins over a variable one. */
export function contractOf(method: string, path: string): Contract | undefined {
  const segments = path.split('/');
  const matching = contracts.filter(({ declaration }) => {
    const [routeMethod, routePath] = declaration.route.split(' ') as [string, string];
    const expected = routePath.split('/');
    return (
      routeMethod === method &&
      expected.length === segments.length &&
      expected.every((part, index) => part.startsWith('{') || part === segments[index])
    );
  });
  return matching.sort((a, b) => a.declaration.route.split('{').length - b.declaration.route.split('{').length)[0];
}

/** Every answer of a JSON endpoint, in any test, has a declared form: its schema, or a declared refusal. */
export function expectDeclared(contract: Contract, status: number, body: unknown): void {
  const { declaration, returns, name } = contract;
  const refusing = REFUSING[declaration.dialect];
  if (!refusing) return;
  if (status in returns) {
    const schema = returns[status];
    const issues = schema ? z.safeParse(schema, body).error?.issues : body === undefined ? undefined : ['has a body'];
    expect(issues ?? [], `${name} answers as its schema says`).toEqual([]);
    return;
  }
  expect(status, `${name} has a defect: see functions.log`).not.toBe(500);
  const { error } = z.parse(refusing.problem, body);
  const codes = refusalsOf(declaration);
  if (error !== undefined) expect(codes, `${name} declares that it refuses with ${error}`).toContain(error);
  const refused = error === undefined ? codes : [error as RefusalCode];
  expect(refused.map(refusing.statusOf), `${name} declares that it refuses with ${status}`).toContain(status);
}
