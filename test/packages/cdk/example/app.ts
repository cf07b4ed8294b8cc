import { Muster } from '@muster/cdk';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';

// Somebody's own application: two deployments in one stack, of which one has an issuer of its own.

const app = new App();
const stack = new Stack(app, 'Platform');
const teams = new Muster(stack, 'Teams', { mailSender: 'Acme <invitations@mail.acme.org>', protect: false });
const partners = new Muster(stack, 'Partners', {
  mailSender: 'Acme <partners@mail.acme.org>',
  createMailIdentity: false,
  issuer: 'https://login.acme.org',
  audience: 'partners',
  dialects: [],
  limits: { members: 500 },
  alarmTopic: new Topic(stack, 'Operations').topicArn,
  protect: true,
});

const reports = new Role(stack, 'Reports', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
teams.grantRead(reports);
const operator = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
partners.grantOperate(operator);
partners.functions.get('health/read')?.grantInvoke(operator);

const outputs = {
  TeamsUrl: teams.apiUrl,
  TeamsTable: teams.table.tableName,
  TeamsClientId: teams.userPool?.clientId,
  TeamsIssuer: teams.userPool?.issuer,
  PartnersUrl: partners.apiUrl,
  PartnersClientId: partners.userPool?.clientId,
  PartnersAlarms: String(partners.alarms.length),
};
for (const [name, value] of Object.entries(outputs)) {
  if (value !== undefined) new CfnOutput(stack, name, { value });
}
