"""Hooks of Schemathesis: a token that is renewed, real ids, the version to change, and now and then a body that is right.

Generated values stay wherever they are meant to be wrong. What every operation answered is written down at the end.
"""

import atexit
import collections
import json
import os
import threading

import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

from pool import Pool

SIGNED_IN = os.environ["PARVIS_SIGNED_IN"] == "1"
POOL = Pool(os.environ["PARVIS_BASE_URL"])
#: Every so many requests that are meant to be right, the whole body is one that is known to be.
KNOWN_BODY_EVERY = 3
#: Headers that are filled in: what was generated for them would only ever be refused.
FILLED_IN = ("if-match", "if-none-match", "idempotency-key")

answers = collections.defaultdict(collections.Counter)
asked = collections.Counter()
kept = {}
faults = {}
lock = threading.RLock()


def operation_of(case):
    return case.operation.definition.raw["operationId"]


def is_right(case, location):
    """Whether a part of the request is meant to fit the document."""
    if case.meta is None:
        return True
    part = case.meta.components.get(location)
    return part is None or part.mode.is_positive


if SIGNED_IN:

    @schemathesis.auth(refresh_interval=300)
    class Administrator:
        """Signs in; called again from time to time."""

        def get(self, case, context):
            return POOL.access_token()

        def set(self, case, data, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Fills in what only the server knows."""
    operation = operation_of(case)
    if not is_right(case, ParameterLocation.PATH):
        return
    right = all(is_right(case, part) for part in [ParameterLocation.HEADER, ParameterLocation.BODY, ParameterLocation.QUERY])
    with lock:
        asked[operation] += right
        known_body = right and asked[operation] % KNOWN_BODY_EVERY == 1
    # What a request may spoil is made for it alone; where it will be refused, one is enough for all.
    described = POOL.document.operations[operation]
    fresh = SIGNED_IN and right and (described.spoils or known_body and described.method == "POST")
    ids, body, tag = sample(operation) if fresh else once(operation)
    places = [name for name, _ in described.places()]
    if len(ids) == len(places) == len(case.path_parameters or {}):
        known = {name: value for name, value in zip(places, ids) if name not in described.free}
        case.path_parameters = {**case.path_parameters, **known}
    if not is_right(case, ParameterLocation.HEADER):
        return
    headers = {name: value for name, value in (case.headers or {}).items() if name.lower() not in FILLED_IN}
    if tag:
        headers["If-Match"] = tag if fresh else "*"
    if operation == "refresh" and known_body:
        headers["Cookie"] = POOL.cookie()
    case.headers = headers
    if known_body and body is not None and case.body is not NOT_SET:
        case.body = body


def sample(operation):
    """A sample; where none can be made, the request stays as it was generated, and the fault is written down."""
    try:
        return POOL.sample(operation)
    except (LookupError, RuntimeError) as fault:
        faults[operation] = str(fault)
        return [], None, None


def once(operation):
    """A sample that is made at its first use and then kept."""
    with lock:
        if operation not in kept:
            kept[operation] = sample(operation)
        return kept[operation]


@schemathesis.hook
def after_call(context, case, response):
    """Notes what came back."""
    with lock:
        answers[operation_of(case)][response.status_code] += 1


@atexit.register
def write_down():
    with open(os.environ["PARVIS_ANSWERS"], "w", encoding="utf-8") as file:
        json.dump({"answers": answers, "faults": faults}, file, indent=1, sort_keys=True)
