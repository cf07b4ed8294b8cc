type OneOrMore<T> = T | readonly T[];

/** A statement of an IAM policy, without unresolved intrinsic functions. */
export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: OneOrMore<string>;
  NotAction?: OneOrMore<string>;
  Resource?: OneOrMore<string>;
  NotResource?: OneOrMore<string>;
  Condition?: Record<string, Record<string, OneOrMore<string | boolean>>>;
}

export interface PolicyDocument {
  Version?: string;
  Statement: OneOrMore<Statement>;
}

/** The supported condition keys, and whether each is multivalued. */
const contextKeys = {
  'dynamodb:LeadingKeys': { several: true },
  'dynamodb:Attributes': { several: true },
  'dynamodb:ReturnValues': { several: false },
  'dynamodb:EnclosingOperation': { several: false },
  'dynamodb:Select': { several: false },
  'ses:FromAddress': { several: false },
  'ses:FromDisplayName': { several: false },
  'ses:Recipients': { several: true },
} as const;
export type ContextKey = keyof typeof contextKeys;

/** A request for authorization: of a call, or of a part of a transaction. A key without values counts as absent. */
export interface AccessRequest {
  /** `dynamodb:PutItem` */
  action: string;
  /** The ARN of the resource. */
  resource: string;
  context: { readonly [K in ContextKey]?: readonly string[] | undefined };
}

export type Decision = 'allow' | 'explicit deny' | 'implicit deny';

type Matcher = (request: AccessRequest) => boolean;

/**
 * Compiles a role's identity policies to a decision function: an explicit deny wins, then any allow, else an implicit
 * deny.
 *
 * It supports only the elements that functions' roles use, and throws at once for others instead of guessing.
 *
 * @throws Error with the statement, for an unsupported operator, condition key or element
 */
export function compilePolicies(policies: readonly PolicyDocument[]): (request: AccessRequest) => Decision {
  const statements = policies
    .flatMap((policy) => list(policy.Statement))
    .map((statement) => {
      try {
        return { effect: statement.Effect, matches: compileStatement(statement) };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`The local stack can't evaluate a policy statement: ${why} In ${JSON.stringify(statement)}`);
      }
    });
  const denies = statements.filter(({ effect }) => effect === 'Deny');
  const allows = statements.filter(({ effect }) => effect === 'Allow');
  return (request) => {
    if (denies.some(({ matches }) => matches(request))) return 'explicit deny';
    return allows.some(({ matches }) => matches(request)) ? 'allow' : 'implicit deny';
  };
}

const elements = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function compileStatement(statement: Statement): Matcher {
  const unknown = Object.keys(statement).find((element) => !elements.includes(element));
  if (unknown) throw new Error(`${unknown} is not known here; add it to packages/local/policy.ts.`);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw new Error('Effect must be Allow or Deny.');
  const matchers: Matcher[] = [
    compileNames(statement.Action, statement.NotAction, 'Action', 'i', ({ action }) => action),
    compileNames(statement.Resource, statement.NotResource, 'Resource', '', ({ resource }) => resource),
  ];
  for (const [operator, operands] of Object.entries(statement.Condition ?? {})) {
    for (const [key, wanted] of Object.entries(operands)) {
      matchers.push(compileCondition(operator, key, list(wanted).map(String)));
    }
  }
  return (request) => matchers.every((matches) => matches(request));
}

function compileNames(
  names: OneOrMore<string> | undefined,
  others: OneOrMore<string> | undefined,
  element: string,
  flags: string,
  of: (request: AccessRequest) => string,
): Matcher {
  const given = names ?? others;
  if (given === undefined || (names && others)) throw new Error(`It needs either ${element} or Not${element}.`);
  const patterns = list(given).map((pattern) => wildcard(pattern, flags));
  const wanted = names !== undefined;
  return (request) => patterns.some((pattern) => pattern.test(of(request))) === wanted;
}

/** The comparisons of string operators. `StringNot...` operators negate the result. */
const comparisons: Record<string, (operand: string) => (value: string) => boolean> = {
  Equals: (operand) => (value) => value === operand,
  EqualsIgnoreCase: (operand) => (value) => value.toLowerCase() === operand.toLowerCase(),
  Like: (operand) => {
    const pattern = wildcard(operand, '');
    return (value) => pattern.test(value);
  },
};

function compileCondition(operator: string, name: string, operands: string[]): Matcher {
  const key = (Object.keys(contextKeys) as ContextKey[]).find((known) => known.toLowerCase() === name.toLowerCase());
  if (!key) throw new Error(`The condition key ${name} is not known here; add it to packages/local/policy.ts.`);
  const variable = operands.find((operand) => operand.includes('${'));
  if (variable)
    throw new Error(`The policy variable in '${variable}' is not known here; add it to packages/local/policy.ts.`);
  const values = (request: AccessRequest) => request.context[key] ?? [];

  if (operator === 'Null') {
    const absent = operands.map((operand) => operand === 'true');
    return (request) => absent.includes(values(request).length === 0);
  }
  const parsed = /^(?:(ForAllValues|ForAnyValue):)?String(Not)?(\w+?)(IfExists)?$/.exec(operator);
  const comparison = parsed?.[3] && Object.hasOwn(comparisons, parsed[3]) ? comparisons[parsed[3]] : undefined;
  if (!parsed || !comparison) {
    throw new Error(`The condition operator ${operator} is not known here; add it to packages/local/policy.ts.`);
  }
  const [, set, not, , ifExists] = parsed;
  if (!set && contextKeys[key].several) {
    throw new Error(`${key} has several values, so ${operator} needs ForAllValues: or ForAnyValue: before it.`);
  }
  const wanted = operands.map(comparison);
  const fits = (value: string) => wanted.some((equals) => equals(value)) !== Boolean(not);
  // AWS's result without values: true for ForAllValues, false for ForAnyValue, else true only for negated operators.
  const withoutValues = Boolean(ifExists) || (set ? set === 'ForAllValues' : Boolean(not));
  return (request) => {
    const present = values(request);
    if (present.length === 0) return withoutValues;
    return set === 'ForAnyValue' ? present.some(fits) : present.every(fits);
  };
}

/** Compiles IAM's wildcards: `*` matches any text, `?` any one character. */
function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}

function list<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
