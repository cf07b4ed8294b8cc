import { type Resource, readTemplateFile, type Template } from './assembly.ts';

/** The data of a deployment besides the template. */
export interface DeploymentContext {
  readonly region: string;
  readonly account: string;
  /** The URL of the API, for references to its endpoint. */
  readonly api: string;
  /** Paths by object keys in the bootstrap bucket. */
  readonly assets: ReadonlyMap<string, string>;
}

/** A deployed resource and its stack. */
export interface DeployedResource {
  readonly stack: CloudFormationStack;
  readonly id: string;
  readonly type: string;
  /** Resolves the properties. Lazy, since resources that don't run needn't be resolvable. */
  properties(): Record<string, unknown>;
}

/**
 * A stack as CloudFormation would deploy it, with its nested stacks: conditions, intrinsic functions, physical names
 * and ARNs. Everything is resolved lazily, so that stacks may refer to each other.
 */
export class CloudFormationStack {
  readonly name: string;
  readonly template: Template;
  readonly #context: DeploymentContext;
  readonly #given: (parameter: string) => unknown;
  readonly #nested = new Map<string, CloudFormationStack>();

  /** @param given returns a parameter's value; undefined: the default */
  constructor(
    context: DeploymentContext,
    { name, template, given }: Pick<CloudFormationStack, 'name' | 'template'> & { given(parameter: string): unknown },
  ) {
    this.#context = context;
    this.name = name;
    this.template = template;
    this.#given = given;
  }

  /** Returns all resources of this stack and its nested stacks. */
  all(): DeployedResource[] {
    return Object.entries(this.template.Resources).flatMap(([id, { Type, Condition, Properties }]) => {
      if (Condition !== undefined && !this.condition(Condition)) return [];
      const nested = Type === 'AWS::CloudFormation::Stack' ? this.nested(id).all() : [];
      const properties = () => this.resolve(Properties ?? {}) as Record<string, unknown>;
      return [{ stack: this, id, type: Type, properties }, ...nested];
    });
  }

  nested(id: string): CloudFormationStack {
    const known = this.#nested.get(id);
    if (known) return known;
    const properties = this.template.Resources[id]?.Properties ?? {};
    const url = String(this.resolve(properties.TemplateURL));
    const file = this.asset(url.slice(url.lastIndexOf('/') + 1), id);
    const parameters = (properties.Parameters ?? {}) as Record<string, unknown>;
    const stack = new CloudFormationStack(this.#context, {
      name: `${this.name}-${id}`,
      template: readTemplateFile(file),
      given: (key) => (key in parameters ? this.resolve(parameters[key]) : undefined),
    });
    this.#nested.set(id, stack);
    return stack;
  }

  asset(objectKey: string, id: string): string {
    const path = this.#context.assets.get(objectKey);
    if (path === undefined) throw new Error(`${id} refers to the asset ${objectKey}, which the assembly doesn't have.`);
    return path;
  }

  /** Resolves intrinsic functions at any depth. `AWS::NoValue` removes the property, as an undefined result. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item)).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only && entries.length === 1 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return this.#intrinsic(only[0], only[1]);
    }
    const resolved = entries.map(([key, item]) => [key, this.resolve(item)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
  }

  condition(name: string): boolean {
    const expression = this.template.Conditions?.[name];
    if (expression === undefined) throw new Error(`The stack ${this.name} has no condition ${name}.`);
    return this.#isTrue(expression);
  }

  #isTrue(expression: unknown): boolean {
    const [key, argument] = Object.entries(expression as object)[0] ?? [];
    const list = argument as unknown[];
    switch (key) {
      case 'Condition':
        return this.condition(String(argument));
      case 'Fn::Equals':
        return String(this.resolve(list[0])) === String(this.resolve(list[1]));
      case 'Fn::Not':
        return !this.#isTrue(list[0]);
      case 'Fn::And':
        return list.every((item) => this.#isTrue(item));
      case 'Fn::Or':
        return list.some((item) => this.#isTrue(item));
      default:
        throw new Error(`The local stack doesn't know the condition function ${key}.`);
    }
  }

  #intrinsic(key: string, argument: unknown): unknown {
    const list = argument as unknown[];
    switch (key) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt': {
        const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : list.map(String);
        return this.#attribute(String(id), attribute.join('.'));
      }
      case 'Fn::Sub': {
        const [text, own] = (typeof argument === 'string' ? [argument, {}] : argument) as [
          string,
          Record<string, unknown>,
        ];
        return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
          if (literal) return `\${${name}}`;
          if (name in own) return String(this.resolve(own[name]));
          const [id, ...attribute] = name.trim().split('.');
          return String(
            attribute.length > 0 ? this.#attribute(String(id), attribute.join('.')) : this.#ref(String(id)),
          );
        });
      }
      case 'Fn::Join':
        return (this.resolve(list[1]) as unknown[]).map(String).join(String(list[0]));
      case 'Fn::If':
        return this.resolve(this.condition(String(list[0])) ? list[1] : list[2]);
      case 'Fn::Select':
        return (this.resolve(list[1]) as unknown[])[Number(this.resolve(list[0]))];
      case 'Fn::Split':
        return String(this.resolve(list[1])).split(String(list[0]));
      case 'Fn::FindInMap': {
        const [map, first, second] = list.map((item) => String(this.resolve(item)));
        return this.template.Mappings?.[String(map)]?.[String(first)]?.[String(second)];
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument))).toString('base64');
      default:
        throw new Error(`The local stack doesn't know the function ${key} that the stack ${this.name} uses.`);
    }
  }

  #ref(name: string): unknown {
    const { region, account } = this.#context;
    switch (name) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return account;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.name;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${region}:${account}:stack/${this.name}/local`;
      case 'AWS::NoValue':
        return undefined;
    }
    const parameter = this.template.Parameters?.[name];
    if (parameter) {
      const value = this.#given(name) ?? parameter.Default;
      if (value === undefined) throw new Error(`The parameter ${name} of the stack ${this.name} has no value.`);
      const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<');
      return isList && typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
    }
    const type = this.template.Resources[name]?.Type;
    if (type === undefined) throw new Error(`The stack ${this.name} refers to ${name}, which it doesn't have.`);
    return REF_IS_ARN.has(type) ? this.arn(name) : this.physicalName(name);
  }

  #attribute(id: string, attribute: string): unknown {
    const resource = this.template.Resources[id];
    if (!resource) throw new Error(`The stack ${this.name} refers to ${id}.${attribute}, which it doesn't have.`);
    if (resource.Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
      const stack = this.nested(id);
      const output = stack.template.Outputs?.[attribute.slice('Outputs.'.length)];
      if (!output) throw new Error(`The stack ${stack.name} has no output ${attribute.slice('Outputs.'.length)}.`);
      return stack.resolve(output.Value);
    }
    if (attribute === 'Arn' || attribute === 'TopicArn') return this.arn(id);
    if (attribute === 'StreamArn') return `${this.arn(id)}/stream/local`;
    if (attribute === 'ApiEndpoint') return this.#context.api;
    // Resources that don't run locally (user pools, alarms) get a value that is recognizably local.
    return `${this.physicalName(id)}.${attribute}`;
  }

  /** Returns the name in the template, else `<stack>-<logical id>`, without CloudFormation's random part. */
  physicalName(id: string): string {
    const { Type, Properties = {} } = this.template.Resources[id] as Resource;
    const given = Properties[NAME_PROPERTIES[Type] ?? ''];
    return given === undefined ? `${this.name}-${id}` : String(this.resolve(given) ?? `${this.name}-${id}`);
  }

  arn(id: string): string {
    const { Type } = this.template.Resources[id] as Resource;
    const { region, account } = this.#context;
    const name = this.physicalName(id);
    const [, service = '', kind = ''] = Type.toLowerCase().split('::');
    const build = ARNS[Type] ?? (() => `${service}:${region}:${account}:${kind}/${name}`);
    return `arn:aws:${build(name, region, account)}`;
  }
}

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SES::EmailIdentity': 'EmailIdentity',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};

const ARNS: Readonly<Record<string, (name: string, region: string, account: string) => string>> = {
  'AWS::DynamoDB::GlobalTable': (name, region, account) => `dynamodb:${region}:${account}:table/${name}`,
  'AWS::Events::EventBus': (name, region, account) => `events:${region}:${account}:event-bus/${name}`,
  'AWS::IAM::Role': (name, _, account) => `iam::${account}:role/${name}`,
  'AWS::Lambda::Function': (name, region, account) => `lambda:${region}:${account}:function:${name}`,
  'AWS::Logs::LogGroup': (name, region, account) => `logs:${region}:${account}:log-group:${name}:*`,
  'AWS::SES::ConfigurationSet': (name, region, account) => `ses:${region}:${account}:configuration-set/${name}`,
  'AWS::SES::EmailIdentity': (name, region, account) => `ses:${region}:${account}:identity/${name}`,
  'AWS::SNS::Topic': (name, region, account) => `sns:${region}:${account}:${name}`,
  'AWS::SQS::Queue': (name, region, account) => `sqs:${region}:${account}:${name}`,
};

const REF_IS_ARN = new Set(['AWS::SNS::Topic', 'AWS::IAM::ManagedPolicy', 'AWS::CloudFormation::Stack']);
