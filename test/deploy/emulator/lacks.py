"""Makes good what MiniStack 1.5.33 lacks and AWS has. The docstring of each function names the lack.

The functions replace functions of MiniStack's modules, before it starts. Delete one when MiniStack has what it lacks.
"""

import functools
import json
import os
import re
import string
from datetime import datetime, timezone
from email.utils import parseaddr

import nested
from ministack.core.responses import error_response_json
from ministack.services import cognito, dynamodb, ses, ses_v2, sns
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


def make_good():
    """Makes every lack good."""
    index_cjs()
    dkim_attributes()
    existing_identity()
    cors_letter_case()
    global_table()
    metric_math()
    secrets_without_punctuation()
    pool_protection()
    login_style()
    mail_events()
    nested.nested_stacks()


def index_cjs():
    """The Node worker doesn't find `index.cjs`; Lambda's runtime takes `.js`, `.mjs` and `.cjs`."""
    hook = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.cjs")
    os.environ["NODE_OPTIONS"] = f"--require {json.dumps(hook)}"


def dkim_attributes():
    """AWS::SES::EmailIdentity lacks DkimDNSTokenName1..3 and DkimDNSTokenValue1..3 for Fn::GetAtt."""

    def with_tokens(operation):
        @functools.wraps(operation)
        def mended(*args):
            identity, attributes = operation(*args)
            for number, token in enumerate(ses._dkim_tokens(identity), 1):
                attributes[f"DkimDNSTokenName{number}"] = f"{token}._domainkey.{identity}"
                attributes[f"DkimDNSTokenValue{number}"] = f"{token}.dkim.amazonses.com"
            return identity, attributes

        return mended

    _around("AWS::SES::EmailIdentity", "create", with_tokens)
    _around("AWS::SES::EmailIdentity", "update", with_tokens)


def existing_identity():
    """AWS::SES::EmailIdentity takes over an identity that exists; SES refuses to create it again."""

    def refusing(create):
        @functools.wraps(create)
        def mended(logical_id, props, stack_name):
            identity = props.get("EmailIdentity", "")
            if identity in ses_v2._identities:
                raise ValueError(f"AWS::SES::EmailIdentity with identifier '{identity}' already exists.")
            return create(logical_id, props, stack_name)

        return mended

    _around("AWS::SES::EmailIdentity", "create", refusing)


def cors_letter_case():
    """AWS::ApiGatewayV2::Api stores CorsConfiguration with the template's capitals, which its gateway doesn't read."""

    def converted(props):
        cors = props.get("CorsConfiguration")
        return {**props, "CorsConfiguration": {k[0].lower() + k[1:]: v for k, v in cors.items()}} if cors else props

    def creating(create):
        return functools.wraps(create)(lambda logical_id, props, *rest: create(logical_id, converted(props), *rest))

    def updating(update):
        return functools.wraps(update)(lambda api, old, new, *rest: update(api, converted(old), converted(new), *rest))

    _around("AWS::ApiGatewayV2::Api", "create", creating)
    _around("AWS::ApiGatewayV2::Api", "update", updating)


def global_table():
    """AWS::DynamoDB::GlobalTable ignores DeletionProtectionEnabled of its replicas, and deletes protected tables.

    And each update replaces a table whose name the template doesn't give; DynamoDB's keeps it.
    """

    def protected(props):
        return any(replica.get("DeletionProtectionEnabled") for replica in props.get("Replicas") or [])

    def creating(create):
        @functools.wraps(create)
        def mended(logical_id, props, stack_name):
            return create(logical_id, {**props, "DeletionProtectionEnabled": protected(props)}, stack_name)

        return mended

    def updating(update):
        @functools.wraps(update)
        def mended(table, old, new, *rest):
            result = update(table, {**old, "TableName": table}, {**new, "TableName": table}, *rest)
            dynamodb._tables[result[0]]["DeletionProtectionEnabled"] = protected(new)
            return result

        return mended

    def deleting(delete):
        @functools.wraps(delete)
        def mended(table, props):
            if (dynamodb._tables.get(table) or {}).get("DeletionProtectionEnabled"):
                raise ValueError("Resource cannot be deleted as it is currently protected against deletion.")
            return delete(table, props)

        return mended

    _around("AWS::DynamoDB::GlobalTable", "create", creating)
    _around("AWS::DynamoDB::GlobalTable", "update", updating)
    _around("AWS::DynamoDB::GlobalTable", "delete", deleting)


def secrets_without_punctuation():
    """AWS::SecretsManager::Secret ignores GenerateSecretString.ExcludePunctuation."""
    generate = provisioners._sm_secret_string

    @functools.wraps(generate)
    def mended(props):
        how = props.get("GenerateSecretString") or {}
        if how.get("ExcludePunctuation"):
            excluded = how.get("ExcludeCharacters", "") + string.punctuation
            props = {**props, "GenerateSecretString": {**how, "ExcludeCharacters": excluded}}
        return generate(props)

    provisioners._sm_secret_string = mended


def pool_protection():
    """A user pool with DeletionProtection ACTIVE can be deleted; Cognito refuses it."""
    message = "The user pool cannot be deleted because deletion protection is activated."

    def active(pool):
        return (cognito._user_pools.get(pool) or {}).get("DeletionProtection") == "ACTIVE"

    def deleting(delete):
        @functools.wraps(delete)
        def mended(pool, props):
            if active(pool):
                raise ValueError(message)
            return delete(pool, props)

        return mended

    _around("AWS::Cognito::UserPool", "delete", deleting)
    delete_user_pool = cognito._delete_user_pool

    def refusing(data):
        if active(data.get("UserPoolId")):
            return error_response_json("InvalidParameterException", message, 400)
        return delete_user_pool(data)

    cognito._delete_user_pool = refusing


def metric_math():
    """AWS::CloudWatch::Alarm refuses metric math (Metrics). The alarm is stored with its first metric."""
    record = provisioners._cw_metric_alarm_record

    @functools.wraps(record)
    def mended(name, props):
        stats = [each["MetricStat"] for each in props.get("Metrics") or [] if "MetricStat" in each]
        if stats:
            first = {**stats[0]["Metric"], "Period": stats[0]["Period"], "Statistic": stats[0]["Stat"]}
            props = {**{key: value for key, value in props.items() if key != "Metrics"}, **first}
        return record(name, props)

    provisioners._cw_metric_alarm_record = mended


def login_style():
    """AWS::Cognito::ManagedLoginBranding doesn't exist. Here it has an id, and no pages."""
    HANDLERS["AWS::Cognito::ManagedLoginBranding"] = {
        "create": lambda logical_id, props, stack_name: (f"{props['UserPoolId']}|{logical_id}", {}),
        "update": lambda physical_id, *rest: (physical_id, {}),
        "delete": lambda physical_id, props: None,
    }


def mail_events():
    """SES records a configuration set's event destinations, but publishes no events.

    As SES's mailbox simulator does: a mail to bounce@simulator.amazonses.com bounces, one to complaint@ is delivered and
    then a complaint, any other is delivered.
    """
    send = ses._send_raw_email

    def mended(params):
        answer = send(params)
        if answer[0] == 200:
            message = re.search(rb"<MessageId>(.*?)</MessageId>", answer[2]).group(1).decode()
            _publish_events(message, params)
        return answer

    ses._send_raw_email = mended


def _publish_events(message, params):
    """Publishes the events of one sent mail to the topics of its configuration set."""
    name = ses._p(params, "ConfigurationSetName")
    destinations = (ses_v2._config_sets.get(name) or {}).get("EventDestinations") or {}
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = ses._parse_raw_mime(ses._p(params, "RawMessage.Data"))
    recipients = [parseaddr(each)[1] for each in ses._collect_list(params, "Destinations.member")]
    sender = ses._p(params, "Source") or content.get("From", "")
    tags = {"ses:configuration-set": [name], "ses:from-domain": [parseaddr(sender)[1].rpartition("@")[2]]}
    number = 1
    while tag := ses._p(params, f"Tags.member.{number}.Name"):
        tags[tag] = [ses._p(params, f"Tags.member.{number}.Value")]
        number += 1
    mail = {
        "timestamp": at,
        "source": sender,
        "messageId": message,
        "destination": recipients,
        "headersTruncated": False,
        "commonHeaders": {"from": [sender], "to": recipients, "subject": content.get("Subject", "")},
        "tags": tags,
    }
    for recipient in recipients:
        local, _, domain = recipient.lower().partition("@")
        simulated = local.partition("+")[0] if domain == "simulator.amazonses.com" else ""
        kinds = {"bounce": ["Bounce"], "complaint": ["Delivery", "Complaint"]}.get(simulated, ["Delivery"])
        for kind in ["Send", *kinds]:
            detail = {"send": {}} if kind == "Send" else ses._notification_detail(kind, recipient, at)
            event = {"eventType": kind, "mail": mail, **detail}
            for destination in destinations.values():
                if destination["Enabled"] and kind.upper() in destination["MatchingEventTypes"]:
                    sns.publish_internal(destination["SnsDestination"]["TopicArn"], json.dumps(event))


def _around(kind, action, wrap):
    HANDLERS[kind][action] = wrap(HANDLERS[kind][action])
