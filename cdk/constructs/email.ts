import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnEmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';

/** The SES identity of the sender's domain, which mails are signed by once its three DNS records exist. */
export class Email extends Construct {
  /** What a role must name to send: SES asks for the address where that is an identity too, else for its domain. */
  readonly identityArns: readonly string[];

  constructor(scope: Construct, id: string, { sender, create }: { sender: string; create: boolean }) {
    super(scope, id);
    const domain = sender.slice(sender.lastIndexOf('@') + 1);
    this.identityArns = [domain, sender].map((resourceName) =>
      Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName }),
    );
    if (/(^|\.)example\.(com|net|org)$/.test(domain)) {
      Annotations.of(this).addWarningV2(
        'muster:sender',
        'Set mailSender in cdk.json: nobody can send from example.com.',
      );
    }
    if (!create) return;

    const identity = new CfnEmailIdentity(this, 'Identity', { emailIdentity: domain });
    const records = [
      [identity.attrDkimDnsTokenName1, identity.attrDkimDnsTokenValue1],
      [identity.attrDkimDnsTokenName2, identity.attrDkimDnsTokenValue2],
      [identity.attrDkimDnsTokenName3, identity.attrDkimDnsTokenValue3],
    ];
    new CfnOutput(Stack.of(this), 'MailDnsRecords', {
      description: 'Add these to the DNS of the sender so that mail can leave',
      value: records.map(([name, value]) => `${name} CNAME ${value}`).join('; '),
    });
  }
}
