"""Makes good what MiniStack 1.5.33 lacks in nested stacks.

It deploys them by a second, shorter implementation. That one doesn't roll back a nested stack that fails, ignores
DeletionPolicy when it deletes one, and loses the attributes of resources that an update doesn't change. Here a nested
stack is deployed, rolled back and deleted by MiniStack's implementation for root stacks.
"""

import asyncio
import copy

from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso
from ministack.services.cloudformation import _stack_events, _stacks, engine, helpers, provisioners, stacks

TYPE = "AWS::CloudFormation::Stack"


def nested_stacks():
    """Replaces the operations on nested stacks."""
    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": _create, "update": _update, "delete": _delete}


def _create(logical_id, props, parent):
    name = f"{parent}-{logical_id}-{new_uuid()[:12]}"
    stack_id = f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:stack/{name}/{new_uuid()}"
    _stacks[name] = {
        "StackName": name,
        "StackId": stack_id,
        "CreationTime": now_iso(),
        "ParentId": _stacks[parent]["StackId"],
        "RootId": _stacks[parent].get("RootId", _stacks[parent]["StackId"]),
        "Tags": [],
        "Outputs": [],
        "DisableRollback": False,
        "_parent_stack_name": parent,
        "_resources": {},
    }
    _stack_events[stack_id] = []
    return _deploy(name, props, None)


def _update(physical_id, old_props, new_props, parent):
    name = _name(physical_id)
    previous = copy.deepcopy({key: value for key, value in _stacks[name].items() if key != "_failed_operation"})
    return _deploy(name, new_props, previous)


def _delete(physical_id, props):
    name = _name(physical_id)
    if name is None:
        return
    asyncio.run(stacks._delete_stack_async(name, physical_id))
    stack = _stacks[name]
    if stack["StackStatus"] != "DELETE_COMPLETE":
        raise ValueError(stack.get("StackStatusReason", "The nested stack couldn't be deleted."))


def _deploy(name, props, previous):
    """Creates or updates a nested stack. Returns its id and outputs, and raises an error after it has rolled back."""
    stack = _stacks[name]
    body, error = helpers._resolve_template({"TemplateURL": [props["TemplateURL"]]})
    if error:
        raise ValueError(f"The template of {name} couldn't be read: {props['TemplateURL']}")
    template = engine._parse_template(body)
    given = [{"Key": key, "Value": str(value)} for key, value in (props.get("Parameters") or {}).items()]
    values = engine._resolve_parameters(template, given)
    prefix = "UPDATE" if previous else "CREATE"
    stack.update(
        StackStatus=f"{prefix}_IN_PROGRESS",
        StackStatusReason="",
        LastUpdatedTime=now_iso(),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value["Value"], "NoEcho": value["NoEcho"]}
            for key, value in values.items()
        ],
        _template_body=body,
        _conditions=engine._evaluate_conditions(template, values),
    )
    if not previous:
        stack.update(_template=template, _resolved_params=values)
    stacks._add_event(stack["StackId"], name, name, TYPE, stack["StackStatus"], physical_id=stack["StackId"])
    asyncio.run(
        stacks._deploy_stack_async(
            name, stack["StackId"], template, values, False, [], is_update=previous is not None, previous_stack=previous
        )
    )
    if stack["StackStatus"] != f"{prefix}_COMPLETE":
        raise ValueError(f"Embedded stack {stack['StackId']} was not successfully {prefix.lower()}d.")
    return stack["StackId"], {f"Outputs.{each['OutputKey']}": each["OutputValue"] for each in stack["Outputs"]}


def _name(physical_id):
    return next((name for name, stack in _stacks.items() if stack.get("StackId") == physical_id), None)
