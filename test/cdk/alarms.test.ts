import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { PUT_ASIDE } from '../../lib/http/mail-events.ts';
import { RUN } from '../../lib/http/schedule.ts';
import { testWhole } from '../support/whole.ts';
import { type Assembly, assemble, expectValid, ofType } from './assembled.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alarms';

let essential: Assembly;
let all: Assembly;
beforeAll(() => {
  essential = assemble();
  all = assemble(
    {
      ...{ alarms: 'all', alarmEmail: 'operations@example.org', alarmTopic: TOPIC, monthlyBudget: 50 },
      ...{ concurrencyQuota: 500, limits: { mailsOfDeployment: 2000 } },
    },
    'production',
  );
});

const alarms = ({ root }: Assembly) => ofType(root, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
const article = ({ AlarmDescription }: { AlarmDescription: string }) => /"(.+)"\.$/.exec(AlarmDescription)?.[1] ?? '';
const alarm = (assembly: Assembly, name: string) => alarms(assembly).find((each) => article(each) === name);

/** Returns the metrics that an alarm reads: AWS charges for each. */
const metricsOf = ({ MetricName, Metrics = [] }: { MetricName?: string; Metrics?: { MetricStat?: object }[] }) =>
  MetricName ? 1 : Metrics.filter(({ MetricStat }) => MetricStat).length;

const ESSENTIAL = [
  'The API answers 5xx',
  'Functions are throttled',
  'Due work is late',
  'Mails are paused',
  'Due work is put off',
  'The scheduled function fails',
  "The scheduled function doesn't run",
  "Mail events aren't recorded",
  'Events are put aside',
];
const OTHERS = [
  'The API is slow',
  'The table is throttled',
  'The table fails',
  'Too many mails bounce',
  'Too many recipients complain',
  'The mail quota is nearly used',
  'The concurrency quota is nearly used',
  'Mail events are lost',
  // Of each function that reads the stream.
  'Events are late',
  'Events are late',
  'Events are given up',
];

describe('alarms', () => {
  it('are the essential ones by default, all of them, or none', () => {
    expect(alarms(essential).map(article)).toEqual(ESSENTIAL);
    expect(alarms(all).map(article)).toEqual([...ESSENTIAL, ...OTHERS]);
    const none = assemble({ alarms: 'none', alarmEmail: 'operations@example.org' });
    expect(Object.values(none.root.Resources).map(({ Type }) => Type)).not.toContain('AWS::CloudWatch::Alarm');
    expect(ofType(none.root, 'AWS::Logs::MetricFilter')).toEqual([]);
  });

  it('read no more metrics by default than an account has for free: ten in alarms, ten of its own', () => {
    const count = (assembly: Assembly) => alarms(assembly).reduce((sum, each) => sum + metricsOf(each), 0);
    expect(count(essential)).toBeLessThanOrEqual(10);
    for (const assembly of [essential, all]) {
      expect(ofType(assembly.root, 'AWS::Logs::MetricFilter').length).toBeLessThanOrEqual(10);
    }
    const text = readFileSync(join(ROOT, 'docs/cost.md'), 'utf8');
    expect(text).toContain(`${count(essential)} metrics in alarms; ${count(all)} with \`"alarms": "all"\``);
  });

  test.each([...new Set([...ESSENTIAL, ...OTHERS])])('"%s" has its article in docs/alarms.md', (name) => {
    const text = readFileSync(join(ROOT, 'docs/alarms.md'), 'utf8');
    expect(text.includes(`\n## ${name}\n\n**Description.**`)).toBe(true);
  });

  it('notify the address and the topic, when they fire and when they recover', () => {
    for (const { AlarmActions, OKActions } of alarms(all)) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/Topic/) }, TOPIC]);
      expect(OKActions).toEqual(AlarmActions);
    }
    for (const { AlarmActions, OKActions } of alarms(essential))
      expect([AlarmActions, OKActions]).toEqual([undefined, undefined]);
    expect(ofType(all.root, 'AWS::SNS::Subscription')[0]?.Properties).toMatchObject({
      ...{ Protocol: 'email', Endpoint: 'operations@example.org' },
    });
    const topicOnly = assemble({ alarmTopic: TOPIC });
    expect(alarms(topicOnly)[0].AlarmActions).toEqual([TOPIC]);
    expect(ofType(topicOnly.root, 'AWS::SNS::Subscription')).toEqual([]);
  });

  it('count 5xx as a part of the requests, and not a few of them', () => {
    const { Metrics, Threshold } = alarm(essential, 'The API answers 5xx');
    expect([Metrics[0].Expression, Threshold]).toEqual(['IF(errors >= 5, 100 * errors / requests, 0)', 1]);
    expect(Metrics.slice(1).map((each: { Id: string }) => each.Id)).toEqual(['errors', 'requests']);
  });

  it('watch the table and its index, and each of the operations in use', () => {
    const dimensions = (name: string) =>
      alarm(all, name)
        .Metrics.slice(1)
        .map(({ MetricStat: { Metric } }: { MetricStat: { Metric: { MetricName: string; Dimensions: object[] } } }) => [
          Metric.MetricName,
          ...Metric.Dimensions.map((each) => ('Value' in each && typeof each.Value === 'string' ? each.Value : '')),
        ]);
    expect(dimensions('The table is throttled').map((each: string[]) => each.filter(Boolean))).toEqual([
      ['ReadThrottleEvents'],
      ['WriteThrottleEvents'],
      ['ReadThrottleEvents', 'due'],
      ['WriteThrottleEvents', 'due'],
    ]);
    const source = readFileSync(join(ROOT, 'lib/table/client.ts'), 'utf8');
    const called = [...source.matchAll(/^ {2}(\w+): \{ input/gm)].map(([, name]) => name);
    // Operators scan, and see the error themselves.
    const operations = called.filter((name) => name !== 'Scan');
    expect(operations.length).toBeGreaterThan(3);
    expect(
      dimensions('The table fails').map((each: string[]) =>
        each.find((text) => /^[A-Z]/.test(text) && text !== 'SystemErrors'),
      ),
    ).toEqual(operations);
  });

  it('fire before SES acts, and at four fifths of the quotas', () => {
    expect(alarm(all, 'Too many mails bounce')).toMatchObject({
      ...{ Namespace: 'AWS/SES', MetricName: 'Reputation.BounceRate', Threshold: 0.05, TreatMissingData: 'ignore' },
    });
    expect(alarm(all, 'Too many recipients complain')).toMatchObject({
      ...{ Namespace: 'AWS/SES', MetricName: 'Reputation.ComplaintRate', Threshold: 0.001 },
    });
    expect(alarm(all, 'The mail quota is nearly used')).toMatchObject({ Threshold: 1600, Period: 86_400 });
    expect(alarm(all, 'The concurrency quota is nearly used').Threshold).toBe(400);
  });

  it('use metrics from the logs, in a namespace per stage', () => {
    for (const [{ root }, namespace] of [
      [essential, 'Muster-development'],
      [all, 'Muster-production'],
    ] as const) {
      const filter = (message: string, log: RegExp, name: string, value: string) => ({
        FilterPattern: `{ $.message.message = "${message}" }`,
        LogGroupName: { 'Fn::GetAtt': [expect.anything(), expect.stringMatching(log)] },
        MetricTransformations: [{ MetricName: name, MetricNamespace: namespace, MetricValue: value }],
      });
      const paused = (log: RegExp) => ({
        ...filter('', log, 'scheduled-sweep-Held', '1'),
        FilterPattern:
          '{ ($.message.message = "Mail not sent") && (($.message.code = "sending_paused") || ($.message.code = "*SendingPaused*")) }',
      });
      const unpublished = (log: RegExp) => ({
        ...filter('', log, 'events-mail-PutAside', '1'),
        FilterPattern:
          '{ ($.message.message = "Event put aside") || ($.message.message = "Events late") || ($.record.status = "error") || ($.record.status = "failure") || ($.record.status = "timeout") }',
      });
      const [events, sweep] = [/^Outputs\..*eventsmailLog.*Ref$/, /^Outputs\..*scheduledsweepLog.*Ref$/];
      expect(ofType(root, 'AWS::Logs::MetricFilter').map(({ Properties }) => Properties)).toEqual([
        filter(RUN, sweep, 'scheduled-sweep-Lag', '$.message.lagSeconds'),
        paused(sweep),
        filter(RUN, sweep, 'scheduled-sweep-Failed', '$.message.failed'),
        filter(PUT_ASIDE, events, 'events-mail-PutAside', '1'),
        unpublished(/^Outputs\..*eventspublishLog.*Ref$/),
        unpublished(/^Outputs\..*webhooksdeliverLog.*Ref$/),
      ]);
    }
  });

  testWhole('are valid for CloudFormation', () => expectValid(all));
});

describe('the dashboard', () => {
  const dashboards = ({ root }: Assembly) => ofType(root, 'AWS::CloudWatch::Dashboard');
  const widgets = (assembly: Assembly) =>
    JSON.parse(
      dashboards(assembly)[0]
        ?.Properties.DashboardBody['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : 'REF'))
        .join(''),
    ).widgets as { type: string; width: number; properties: { title: string; alarms?: unknown[]; query?: string } }[];

  it('has the name of the stack, and shows the alarms first', () => {
    expect(dashboards(essential).map(({ Properties }) => Properties.DashboardName)).toEqual(['Muster-development']);
    const [first, ...others] = widgets(all);
    expect([first?.type, first?.properties.alarms?.length]).toEqual(['alarm', alarms(all).length]);
    for (const { type } of others) expect(['metric', 'log']).toContain(type);
  });

  it('shows requests, due work, mails, the table and the functions', () => {
    expect(widgets(essential).map(({ properties }) => properties.title)).toEqual([
      'Alarms',
      'Requests',
      'Errors of the API',
      'Latency of the API, ms',
      'Due work: lag, seconds',
      'Due work: done',
      'Mails of the account',
      'Reputation of the account',
      'Capacity units of the table',
      'Errors of functions',
      'Throttles of functions',
      'Concurrent executions of the account',
    ]);
    expect(widgets(essential).find(({ type }) => type === 'log')?.properties.query).toContain(
      `filter message.message = "${RUN}"`,
    );
  });

  it('can be left out', () => expect(dashboards(assemble({ dashboard: false }))).toEqual([]));
});

describe('the budget', () => {
  it('is what is configured, for resources with the tag of the stage, and notifies both', () => {
    expect(ofType(essential.root, 'AWS::Budgets::Budget')).toEqual([]);
    const [{ Properties } = { Properties: {} }] = ofType(all.root, 'AWS::Budgets::Budget');
    expect(Properties.Budget).toMatchObject({
      BudgetLimit: { Amount: 50, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:muster:stage$production'] },
    });
    for (const { Subscribers } of Properties.NotificationsWithSubscribers) {
      expect(Subscribers).toEqual([
        { SubscriptionType: 'EMAIL', Address: 'operations@example.org' },
        { SubscriptionType: 'SNS', Address: TOPIC },
      ]);
    }
  });
});
