/** An attribute value of DynamoDB's protocol: `{ "S": "text" }`. */
export type Attributes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface ItemInput {
  readonly TableName?: string;
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

/** The fields of DynamoDB requests that the local stack reads, for all operations. */
export interface DynamoDbInput extends ItemInput {
  readonly IndexName?: string;
  readonly TransactItems?: readonly Readonly<Record<string, ItemInput>>[];
  readonly RequestItems?: Readonly<
    Record<
      string,
      { readonly Keys?: readonly Attributes[] } | readonly { PutRequest?: ItemInput; DeleteRequest?: ItemInput }[]
    >
  >;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Attributes;
  readonly ExclusiveStartKey?: Attributes;
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: string;
  readonly Select?: string;
  readonly ReturnValues?: string;
}

/** The attribute names of a key, the partition key first. */
type KeyNames = readonly string[];

export interface TableKeys {
  readonly table: KeyNames;
  readonly indexes: ReadonlyMap<string, KeyNames>;
}

/** A unit of authorization: a whole call, a part of a transaction, or a table of a batch. */
export interface Part {
  /** `dynamodb:PutItem` */
  readonly action: string;
  /** ARN of the table or index. */
  readonly resource: string;
  /**
   * The touched keys: `pk|sk` of items; for a query the partition key's value, followed by `|TEAM#*` for a prefix of
   * sort keys, or else by `|>TEAM#x` for an exclusive start key.
   */
  readonly keys: readonly string[];
  /** The partition keys' values, IAM's dynamodb:LeadingKeys; empty without keys. */
  readonly leadingKeys: readonly string[];
  /** The attributes that an update names, IAM's dynamodb:Attributes; empty for other actions. */
  readonly attributes: readonly string[];
}

/** Returns the tables that a request names. */
export function tablesOf(input: DynamoDbInput): string[] {
  const names = [
    input.TableName,
    ...(input.TransactItems ?? []).flatMap((item) => Object.values(item).map(({ TableName }) => TableName)),
    ...Object.keys(input.RequestItems ?? {}),
  ];
  return [...new Set(names.filter((name) => name !== undefined))];
}

const transactionActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
};

/**
 * Splits a DynamoDB request into its units of authorization, at least one. A malformed request may lose keys, but isn't
 * refused here: the engine reports the error.
 *
 * @param keysOf returns the keys of a table; undefined: no such table
 * @param arnOf returns the ARN of a table
 */
export function partsOf(
  operation: string,
  input: DynamoDbInput,
  keysOf: (table: string) => TableKeys | undefined,
  arnOf: (table: string) => string,
): Part[] {
  const part = (action: string, table: string, items: readonly (ItemInput | undefined)[]): Part => {
    const names = keysOf(table)?.table ?? [];
    const keys = items
      .map((input) => input?.Item ?? input?.Key)
      .map((item) => names.map((name) => text(item?.[name])))
      .filter(([partition]) => partition);
    return {
      action,
      resource: arnOf(table),
      keys: keys.map((values) => values.join('|')),
      leadingKeys: [...new Set(keys.map(([partition]) => partition as string))],
      attributes: action === 'dynamodb:UpdateItem' ? items.flatMap(attributesOf) : [],
    };
  };
  const action = `dynamodb:${operation}`;
  const parts =
    input.TransactItems?.flatMap((item) =>
      Object.entries(item).map(([kind, of]) => part(transactionActions[kind] ?? action, of.TableName ?? '', [of])),
    ) ??
    Object.entries(input.RequestItems ?? {}).map(([table, batch]) => {
      const items =
        'Keys' in batch
          ? batch.Keys?.map((Key) => ({ Key }))
          : Array.isArray(batch) && batch.map(({ PutRequest, DeleteRequest }) => PutRequest ?? DeleteRequest);
      return part(action, table, items || []);
    });
  if (parts.length > 0) return parts;

  const table = input.TableName;
  if (table === undefined) return [{ action, resource: '*', keys: [], leadingKeys: [], attributes: [] }];
  if (operation !== 'Query' && operation !== 'Scan') return [part(action, table, [input])];
  const index = input.IndexName;
  const [partition, sort] = queriedKey(input, keysOf);
  const value = operation === 'Query' ? queriedPartition(input, partition) : undefined;
  const touched = value === undefined ? [] : [value];
  return [
    {
      action,
      resource: arnOf(table) + (index === undefined ? '' : `/index/${index}`),
      keys: touched.map((each) => each + queriedRange(input, sort)),
      leadingKeys: touched,
      attributes: [],
    },
  ];
}

/** Returns the top-level attributes that an update names in its key and its expressions. */
function attributesOf(input: ItemInput | undefined): string[] {
  const { Key = {}, UpdateExpression = '', ConditionExpression = '', ExpressionAttributeNames = {} } = input ?? {};
  // Names that are no placeholders or functions; keywords are removed below.
  const bare = `${UpdateExpression} ${ConditionExpression}`.match(/(?<![#:.\w])[a-z_]\w*\b(?!\s*\()/gi) ?? [];
  const words = /^(SET|REMOVE|ADD|DELETE|AND|OR|NOT|IN|BETWEEN)$/i;
  const named = [
    ...Object.keys(Key),
    ...Object.values(ExpressionAttributeNames),
    ...bare.filter((one) => !words.test(one)),
  ];
  return [...new Set(named)];
}

/**
 * Checks rules of AWS that dynoxide doesn't enforce, so that a mistake is found before the deployment.
 *
 * @returns the message of a ValidationException; undefined: valid
 */
export function violation(
  operation: string,
  input: DynamoDbInput,
  keysOf: (table: string) => TableKeys | undefined,
): string | undefined {
  if (input.TransactItems?.some((item) => Object.keys(item).length !== 1)) {
    return 'TransactItems can only contain one of Check, Put, Update or Delete';
  }
  if (operation !== 'Query') return undefined;
  const operands = input.KeyConditionExpression?.match(/:\w+/g) ?? [];
  if (operands.some((operand) => input.ExpressionAttributeValues?.[operand]?.S === '')) {
    return 'The AttributeValue for a key attribute cannot contain an empty string value.';
  }
  const [partition] = queriedKey(input, keysOf);
  const start = partition && input.ExclusiveStartKey?.[partition];
  if (start && text(start) !== queriedPartition(input, partition)) {
    return 'The provided starting key is outside query boundaries based on provided conditions';
  }
  return undefined;
}

/** Returns the key attributes of the queried table or index. */
function queriedKey(input: DynamoDbInput, keysOf: (table: string) => TableKeys | undefined): KeyNames {
  const keys = keysOf(input.TableName ?? '');
  return (input.IndexName === undefined ? keys?.table : keys?.indexes.get(input.IndexName)) ?? [];
}

/** Returns the queried range of sort keys in the format of `Part.keys`; empty for all keys and other conditions. */
function queriedRange(input: DynamoDbInput, sort: string | undefined): string {
  const [, start] = /\bbegins_with\s*\([^,]+,\s*(:\w+)\s*\)/.exec(input.KeyConditionExpression ?? '') ?? [];
  if (start) return `|${text(input.ExpressionAttributeValues?.[start])}*`;
  const after = sort && input.ExclusiveStartKey?.[sort];
  return after ? `|>${text(after)}` : '';
}

/** Returns the partition key's value in the key condition: `pk = :x`, in any order and parentheses. */
function queriedPartition(input: DynamoDbInput, partition: string | undefined): string | undefined {
  const tokens = input.KeyConditionExpression?.match(/[#:]?[\w.-]+|[<>=]+|[(),]/g) ?? [];
  for (const [at, token] of tokens.entries()) {
    if (token !== '=') continue;
    const sides = [tokens[at - 1] ?? '', tokens[at + 1] ?? ''];
    const value = sides.find((side) => side.startsWith(':'));
    const name = sides.find((side) => side !== value) ?? '';
    if (value && (input.ExpressionAttributeNames?.[name] ?? name) === partition) {
      return text(input.ExpressionAttributeValues?.[value]);
    }
  }
  return undefined;
}

/** Returns a key's value as text. In the protocol it is a string, a number as text, or Base64. */
function text(value: Readonly<Record<string, unknown>> | undefined): string {
  return String(Object.values(value ?? {})[0] ?? '');
}
