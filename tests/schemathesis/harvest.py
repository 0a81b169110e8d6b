"""Prints what a centre has, as JSON: for each name of a field the values that exist. Arguments: URL of the service, a manager's token."""

import json
import sys
import urllib.error
import urllib.request
from collections import defaultdict

URL, TOKEN = sys.argv[1:]
# Lists, and the parameter that names one of their items.
LISTS = {
    "agents": "agent_id", "appeals": "appeal_id", "breaches": "breach_id", "calibrations": "calibration_id", "complaints": "complaint_id",
    "conversations": "conversation_id", "draws": "draw_id", "escalations": "escalation_id", "evaluations": "evaluation_id",
    "fine-policies": "fine_policy_id", "follow-ups": "follow_up_id", "ledger": "ledger_entry_id", "outbox": "message_id", "periods": "period",
    "regrades": "regrade_id", "samples": "sample_id", "sampling-plans": "plan_id", "scorecards": "scorecard_id", "teams": "team_id",
    "vendors": "vendor_id", "violation-types": "violation_type_id", "violations": "violation_id",
}
found = defaultdict(set)


def get(path):
    request = urllib.request.Request(f"{URL}/api/v1/{path}", headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return {}


def walk(value, name=None):
    if isinstance(value, dict):
        for key, inner in value.items():
            walk(inner, key)
            # `agent: {id: …}` is an `agent_id` elsewhere.
            if isinstance(inner, dict) and isinstance(inner.get("id"), str):
                found[f"{key}_id"].add(inner["id"])
    elif isinstance(value, list):
        for inner in value:
            walk(inner, name)
    elif isinstance(value, str) and name and name != "id" and len(value) <= 64:
        found[name].add(value)


for path, parameter in LISTS.items():
    answer = get(path)
    for item in answer.get("items", []):
        walk(item)
        if isinstance(item.get("id"), str):
            found[parameter].add(item["id"])
for conversation in list(found["conversation_id"])[:20]:
    for recording in get(f"conversations/{conversation}").get("recordings", []):
        found["recording_id"].add(recording["id"])
for scorecard in found["scorecard_id"]:
    walk(get(f"scorecards/{scorecard}"))
# What people type may be anything; what refers to something else has to be known.
found = {name: sorted(values)[:50] for name, values in found.items() if name.endswith("_id") or name in {
    "agent", "code", "employee_no", "item", "outcome", "origin_period", "original_id", "period", "queue", "scorecard", "source", "team",
    "vendor", "violation_type", "violation",
}}
print(json.dumps(found, indent=1, sort_keys=True))
