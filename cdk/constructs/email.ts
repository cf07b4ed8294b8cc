import { Annotations, Aws, Duration, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEmailIdentity, ConfigurationSet, EmailSendingEvent, EventDestination } from 'aws-cdk-lib/aws-ses';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { domainOf } from '../../lib/domain/address.ts';
import { SIMULATOR } from '../../lib/email/muted.ts';

/** The SES events in use. Tracking of opens and clicks is not enabled. */
const EVENTS = [
  EmailSendingEvent.SEND,
  EmailSendingEvent.DELIVERY,
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.RENDERING_FAILURE,
  EmailSendingEvent.DELIVERY_DELAY,
];

interface EmailProps {
  /** The sender's address. */
  readonly sender: string;
  /** Whether the identity of the sender's domain belongs to this stack. */
  readonly create: boolean;
  /** Identities that mails may be sent to in SES's sandbox: addresses or domains. */
  readonly sandboxRecipients: readonly string[];
  /** The key that encrypts events in the topic, if any. */
  readonly key: IKey | undefined;
}

/**
 * The SES identity of the sender's domain, which signs mails once its three DNS records exist, and the configuration
 * set that publishes mail events.
 */
export class Email extends Construct {
  /** The name of the configuration set that mails use. */
  readonly configurationSet: string;
  /**
   * The ARNs that a role needs for sending: the configuration set and both identities of the sender. SES checks the
   * identity of the address if there is one, else that of its domain. In SES's sandbox it also checks the recipient's.
   */
  readonly mailArns: readonly string[];
  /** The address of the sender. */
  readonly sender: string;
  /** The topic of SES's events. SNS is used since delivery to EventBridge is best effort. */
  readonly events: ITopic;
  /** The queue of events that the function didn't take, neither from SNS nor in three tries. It keeps them for 14 days. */
  readonly missedEvents: IQueue;
  /** The DNS records of the identity, `NAME CNAME VALUE; ...`; undefined: another stack has the identity. */
  readonly dnsRecords: string | undefined;

  constructor(scope: Construct, id: string, { sender, create, sandboxRecipients, key }: EmailProps) {
    super(scope, id);
    const domain = domainOf(sender);
    const configurationSet = new ConfigurationSet(this, 'ConfigurationSet');
    const topic = new Topic(this, 'Events', { enforceSSL: true, ...(key && { masterKey: key }) });
    // This also allows SES to publish to the topic, only for this configuration set of this account.
    configurationSet.addEventDestination('Destination', {
      destination: EventDestination.snsTopic(topic),
      events: EVENTS,
    });
    this.sender = sender;
    this.configurationSet = configurationSet.configurationSetName;
    this.events = topic;
    this.missedEvents = new Queue(this, 'MissedEvents', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const own = { service: 'ses', partition: Aws.PARTITION, region: Aws.REGION, account: Aws.ACCOUNT_ID };
    this.mailArns = [
      ['identity', domain],
      ['identity', sender],
      // Muted mails go to the simulator.
      ...(sandboxRecipients.length > 0 ? [...sandboxRecipients, SIMULATOR] : []).map((name) => ['identity', name]),
      ['configuration-set', this.configurationSet],
    ].map(([resource = '', resourceName = '']) => Stack.of(this).formatArn({ ...own, resource, resourceName }));
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
    this.dnsRecords = records.map(([name, value]) => `${name} CNAME ${value}`).join('; ');
  }
}
