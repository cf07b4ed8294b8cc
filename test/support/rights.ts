import { contents } from '../../functions/index.ts';
import { SIGN_IN } from '../../lib/people/sign-in.ts';
import type { LocalFunction } from '../../packages/local/local-function.ts';
import type { PolicyDocument, Statement } from '../../packages/local/policy.ts';
import { rightText, tableRight } from './recording.ts';

/** Returns the rights that a function's role grants, in the form of `rightText`. */
export function grantedTo({ name, policies }: LocalFunction): readonly string[] {
  return policies.flatMap((policy) => rightsIn(name, policy));
}

/** Returns the granted rights that signing in needs; none for a function that doesn't sign people in. */
export function grantedForSignIn(item: LocalFunction): readonly string[] {
  const module = contents[item.name as keyof typeof contents];
  if (!('endpoint' in module) || !module.endpoint.caller.includes('person')) return [];
  const needed = new Set(
    Object.entries(SIGN_IN).flatMap(([action, prefixes]) =>
      prefixes.map((prefix) => tableRight(item.name, action, prefix)),
    ),
  );
  return grantedTo(item).filter((right) => needed.has(right));
}

function rightsIn(name: string, policy: PolicyDocument): string[] {
  return statementsOf(policy).flatMap(({ Action, Resource, Condition }) => {
    const keys = list(Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] as string[] | undefined);
    return list(Action).flatMap((action) =>
      list(Resource).flatMap((arn) =>
        (keys.length > 0 ? keys : [undefined]).map((key) => rightText(name, action, arn, key)),
      ),
    );
  });
}

/** Returns the statements of a policy. */
export function statementsOf({ Statement: statements }: PolicyDocument): readonly Statement[] {
  return list(statements);
}

/** Returns a field of a policy as a list: it may have one value or several. */
export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as T];
}
