"""Gives schemathesis ids that exist: without them nearly every request would end in 404 before it reaches a rule."""

import json
import os
import random

import schemathesis

# What the demo centre has, by the name of the field or parameter: `harvest` in the script `run` wrote it.
with open(os.environ["KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)

# Whoever is switched off or loses the token in the middle would be answered 401 for the rest of the run.
KEPT = {"token_id", "user_id"}

DICE = random.Random(7)


def known(name):
    """A value that exists for a field of this name, or nothing."""
    if name in KEPT:
        return None
    values = KNOWN.get(name) or KNOWN.get(f"{name}_id")
    return DICE.choice(values) if values else None


def filled(value, name=None):
    """The same input; most of the ids, codes and periods in it that were made up are replaced by some that exist."""
    if isinstance(value, dict):
        return {key: filled(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        singular = name[:-1] if name and name.endswith("s") else name
        return [filled(inner, singular) for inner in value]
    if isinstance(value, str) and name and DICE.random() < 0.8:
        there = known(name)
        return there if isinstance(there, str) else value
    return value


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return filled(path_parameters) if path_parameters else path_parameters


@schemathesis.hook
def map_query(context, query):
    return filled(query) if query else query


@schemathesis.hook
def map_body(context, body):
    return filled(body) if isinstance(body, (dict, list)) else body


@schemathesis.hook
def map_headers(context, headers):
    # Versions are small numbers: otherwise no change gets past `If-Match`.
    if headers and "If-Match" in headers and DICE.random() < 0.8:
        headers["If-Match"] = f'"{DICE.randint(1, 2)}"'
    return headers
