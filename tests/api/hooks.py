"""What is done around each call of schemathesis: who makes it, and with which ids.

Every call is made by a session that no call can end. The first call of an operation is one that can be done; of the others every second one
names records that are there, so that more than "not found" is asked. What came back is counted by operation.
"""

import atexit
import collections
import itertools
import json
import os
import sys
import time

import schemathesis

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from desk import PASSWORD, PNG, Desk, Refused, code  # noqa: E402

SETUP = json.load(open(os.environ["COVERED_API_SETUP"]))
DESK, OWNER, CLERK, IDS = Desk(SETUP["port"]), SETUP["owner"], SETUP["clerk"], SETUP["ids"]
# Fields of bodies that name a record, and of which noun.
FIELDS = {"patient": "patients", "facility": "facilities", "clinician": "clinicians", "visit": "visits"}
CASE = {
    "date": "2026-11-23", "coverage": {"payer": "aetna"}, "facility": {"kind": "medical-spa", "state": "TX"},
    "line": [{"treatment": "botox", "purpose": "medical", "diagnoses": ["G43.709"]}], "chart": {"headache_days_per_month": 20},
}
REASON = "the patient collapsed in our waiting room"

calls = collections.Counter()
statuses = collections.defaultdict(collections.Counter)
numbers = itertools.count(1)


def new_email():
    return f"somebody-{next(numbers)}@example.org"


def somebody(role="front-desk"):
    email = new_email()
    return email, *DESK.colleague(OWNER, role, email)


def change(path):
    """A record as it stands, to be written again."""
    record = DESK.get(path, OWNER)
    return {"version": record["version"], "record": record["record"]}


def versioned(path, **fields):
    return {"version": DESK.get(path, OWNER)["version"], **fields}


def broken_glass():
    return DESK.post("/v1/break-glass", {"patient": IDS["patients"], "reason": REASON}, CLERK)["id"]


def changed_fact():
    """A fact that may never be advised, changed after an answer was shown."""
    patient = DESK.post("/v1/patients", {"family": "Invented", "given": "Ada"}, OWNER)["id"]
    for days in (8, 16):
        case = {**CASE, "chart": {"headache_days_per_month": days}}
        DESK.post("/v1/determinations", {"case": case, "patient": patient}, CLERK)
    return DESK.get(f"/v1/changes?patient={patient}", OWNER)["items"][0]["id"]


def paper():
    body = {"patient": IDS["patients"], "kind": "plan card", "name": "card", "content": PNG}
    return DESK.post("/v1/documents", body, OWNER)["id"]


def hook():
    body = {"address": "https://receiver.example.org/covered", "events": ["visit.saved"]}
    return DESK.post("/v1/hooks", body, OWNER)["id"]


def token():
    return DESK.post("/v1/tokens", {"name": "a program", "scopes": ["patient-read"], "days": 1}, OWNER)["id"]


def session():
    _, user, _, _ = somebody()
    items = DESK.get("/v1/sessions", OWNER)["items"]
    return next(item["id"] for item in items if item["record"]["user"] == user)


def attempt(email, _user, _headers, secret):
    # The code of now was used when the invitation was accepted.
    return {"email": email, "password": PASSWORD, "code": code(secret, time.time() + 30)}


def own(**also):
    """A call by somebody whose session nobody else uses."""
    email, _, headers, secret = somebody()
    return {"of": headers, **{name: value(email, secret) for name, value in also.items()}}


def invitation():
    _, path = DESK.invite(OWNER, "front-desk", new_email())
    link = path.rsplit("/", 1)[1]
    return link, DESK.get(path)["secret"]


def acceptance():
    link, secret = invitation()
    return {"path": {"link": link}, "body": {"password": PASSWORD, "code": code(secret, time.time())}}


def next_quarter():
    """A library is chosen before visits are replayed."""
    DESK.send("PUT", "/v1/replay/library", {"name": "next-quarter"}, OWNER)
    return {"query": {"limit": 5}}


def id_of(of):
    return {"path": {"id": of}}


def one(noun):
    return f"/v1/{noun}/{IDS[noun]}"


# Calls that can be done; an operation that is not here can be done with what schemathesis makes, or with ids that are there.
GOOD = {
    "signIn": lambda: {"body": attempt(*somebody())},
    "unlock": lambda: own(body=lambda email, _: {"email": email, "password": PASSWORD}),
    "lock": own,
    "signOut": own,
    "invitationApp": lambda: {"path": {"link": invitation()[0]}},
    "accept": acceptance,
    "setPurpose": lambda: {"body": {"purpose": "operations"}},
    "search": lambda: {"body": {"words": "inv"}},
    "matrix": lambda: {"query": {"words": "botox", "payer": "aetna,cigna", "state": "TX", "for": "medical"}},
    "replay": next_quarter,
    "chooseOtherLibrary": lambda: {"body": {"name": "next-quarter"}},
    "policy": lambda: {"path": {"id": IDS["policy"]}, "query": {}},
    "policyChanges": lambda: {"path": {"id": IDS["policy"]}, "query": {}},
    "exportRecords": lambda: {"path": {"noun": "patient"}, "query": {"format": "csv"}},
    "changePractice": lambda: {"body": change("/v1/practice")},
    "acknowledge": lambda: {"body": {"text": "2026-11"}},
    "makeFacility": lambda: {"body": {"name": "South", "active": True}},
    "changeFacility": lambda: {**id_of(IDS["facilities"]), "body": change(one("facilities"))},
    "makeClinician": lambda: {"body": {"name": "Ivo Invented", "active": True}},
    "changeClinician": lambda: {**id_of(IDS["clinicians"]), "body": change(one("clinicians"))},
    "makePatient": lambda: {"body": {"family": "Invented", "given": "Zoe"}},
    "changePatient": lambda: {**id_of(IDS["patients"]), "body": change(one("patients"))},
    "makeCoverage": lambda: {"body": {"patient": IDS["patients"], "rank": 2, "case": {"payer": "cigna"}}},
    "changeCoverage": lambda: {**id_of(IDS["coverages"]), "body": change(one("coverages"))},
    "makeVisit": lambda: {"body": {
        "patient": IDS["patients"], "facility": IDS["facilities"], "day": "2026-11-24", "case": {}}},
    "changeVisit": lambda: {**id_of(IDS["visits"]), "body": change(one("visits"))},
    "fileDocument": lambda: {"body": {"patient": IDS["patients"], "kind": "plan card", "name": "card", "content": PNG}},
    "removeDocument": lambda: {**id_of(paper()), "body": {"reason": "filed with the wrong patient"}},
    "determine": lambda: {"body": {"case": CASE, "patient": IDS["patients"]}},
    "reviewChange": lambda: {**id_of(changed_fact()), "body": {"note": "looked over"}},
    "breakGlass": lambda: {"body": {"patient": IDS["patients"], "reason": REASON}},
    "reviewGlass": lambda: {**id_of(broken_glass()), "body": {"note": "looked over"}},
    "makeHook": lambda: {"body": {"address": "https://receiver.example.org/covered", "events": ["glass.broken"]}},
    "changeHook": lambda: {**id_of(IDS["hooks"]), "body": versioned(one("hooks"), active=True)},
    "removeHook": lambda: id_of(hook()),
    "invite": lambda: {"body": {"email": new_email(), "name": "Ida Invented", "role": "biller"}},
    "changeUser": lambda: {**id_of(IDS["users"]), "body": versioned(
        one("users"), role="biller", facilities=[], active=True)},
    "endSession": lambda: id_of(session()),
    "makeToken": lambda: {"body": {"name": "a program", "scopes": ["patient-read"], "days": 1}},
    "endToken": lambda: id_of(token()),
}
# Calls that end the session that makes them: each of the first few gets one of its own, the others one that has ended.
ENDS_ITSELF = ("lock", "signOut")
FRESH_MAX = 5
# Who makes a call, where an owner may not.
BY_CLERK = ("breakGlass",)
# Nobody does: who signs in at a browser locks the session that was used there.
BY_NOBODY = ("signIn", "passkeyChallenge", "signInByPasskey", "firstApp", "firstStart", "invitationApp", "accept")
# What takes away or lames what it names. Ids come from lists too, and `DELETE /v1/sessions/{id}` with an id of `GET /v1/sessions` once ended
# the session of the whole run; what the run lives on is not named here.
TAKES_AWAY = ("endSession", "endToken", "removeHook", "removeDocument", "changeUser")
KEPT = {*IDS.values(), *SETUP["kept"]}
NOWHERE = "00000000000000000000000001"


def name_of(operation):
    return operation.definition.raw["operationId"]


@schemathesis.hook
def before_call(context, case, kwargs):
    name = name_of(context.operation)
    if case.method.upper() == context.operation.method.upper():
        # Methods that an address does not take are tried too.
        calls[name] += 1
    of = CLERK if name in BY_CLERK else {} if name in BY_NOBODY else OWNER
    is_fresh = name in ENDS_ITSELF and calls[name] <= FRESH_MAX
    if name in GOOD and (calls[name] == 1 or is_fresh):
        good = GOOD[name]()
        of = good.get("of", of)
        put(case, good, is_first=calls[name] == 1)
    elif name in ENDS_ITSELF:
        of = {}
    elif name in TAKES_AWAY:
        if (case.path_parameters or {}).get("id") in KEPT:
            case.path_parameters = {"id": NOWHERE}
    elif calls[name] == 1 or calls[name] % 2 == 0:
        name_what_is_there(name, case)
    case.headers = {key: value for key, value in (case.headers or {}).items() if key.lower() not in LOWER}
    if calls[name] == 1:
        # Sent by chance, it would be a purpose that the role may not act for, or a key that came before.
        case.headers.pop("Idempotency-Key", None)
        case.cookies = {}
    case.headers.update(DESK.headers(of))


LOWER = ("cookie", "x-csrf-token", "origin", "host", "authorization", "purpose")


def put(case, good, is_first):
    if "path" in good:
        case.path_parameters = good["path"]
    if is_first:
        case.query = good.get("query", {})
        if "body" in good:
            case.body = good["body"]
            case.media_type = "application/json"


def name_what_is_there(name, case):
    """Puts ids of records that are there where ids are asked for."""
    parts = case.operation.path.split("/")
    noun = parts[2]
    if "{id}" in parts and noun in IDS:
        case.path_parameters = {"id": IDS[noun]}
    for where in (case.query, case.body):
        if isinstance(where, dict):
            for holder in (where, where.get("record")):
                for field in FIELDS.keys() & (holder.keys() if isinstance(holder, dict) else set()):
                    holder[field] = IDS[FIELDS[field]]
    if calls[name] == 1 and isinstance(case.query, dict):
        case.query = {}


@schemathesis.hook
def after_call(context, case, response):
    statuses[name_of(context.operation)][response.status_code] += 1


@atexit.register
def tell():
    with open(os.environ["COVERED_API_COUNTS"], "w") as out:
        json.dump(statuses, out)
