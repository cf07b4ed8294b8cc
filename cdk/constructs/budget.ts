import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { STAGE_TAG } from './tags.ts';

interface BudgetProps extends Pick<Config, 'stage' | 'alarmEmail' | 'alarmTopic'> {
  /** US dollars a month. */
  readonly limit: number;
}

/**
 * A budget for what a deployment costs in a month, by its tag. It notifies at four fifths and at all of it, and when AWS
 * forecasts more.
 */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { stage, limit, alarmEmail, alarmTopic }: BudgetProps) {
    super(scope, id);
    const subscribers = [
      ...(alarmEmail ? [{ subscriptionType: 'EMAIL', address: alarmEmail }] : []),
      ...(alarmTopic ? [{ subscriptionType: 'SNS', address: alarmTopic }] : []),
    ];
    const notification = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold, thresholdType: 'PERCENTAGE' },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: limit, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${STAGE_TAG}$${stage}`] },
      },
      notificationsWithSubscribers: [
        notification('ACTUAL', 80),
        notification('ACTUAL', 100),
        notification('FORECASTED', 100),
      ],
    });
  }
}
