#!/usr/bin/env python3
"""Starts a desk with nothing in it, makes its owner, and asks its API whatever its own description allows.

    tests/api/run.py PROGRAM SCHEMATHESIS [EXAMPLES]

PROGRAM is `covered` built with the feature `desk`, SCHEMATHESIS the command `st`. It listens on this machine alone, on a port that is free,
and keeps its records in a folder that is gone afterwards. A reply of 5xx, or one that the description does not know, is a failure.
"""

import collections
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from desk import PNG, Desk  # noqa: E402

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# What cannot be done in this run, with the reason. Whatever else the description lists is done at least once.
NOT_HERE = {
    "firstApp": "the link of the first start served once: it made the owner of this run",
    "firstStart": "the link of the first start served once: it made the owner of this run",
    "keepPasskey": "only a device can answer a challenge",
    "signInByPasskey": "only a device can answer a challenge",
    "removePasskey": "there is none without a device",
}
# Operations that answer 401 rightly: what is sent to them is who somebody is, or they end their own session.
SAYS_WHO = {"signIn", "unlock", "signInByPasskey", "lock", "signOut"}


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def serve(program, folder, port):
    # Next quarter is answered by the same library, read from its folder.
    others = f"{folder}/libraries"
    os.mkdir(others)
    os.symlink(os.path.abspath(os.path.join(HERE, "..", "..", "library")), f"{others}/next-quarter")
    command = [program, "serve", "--data", f"{folder}/data", "--root-key", f"{folder}/root.key", "--listen", f"127.0.0.1:{port}",
               "--other-libraries", others]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(f"{folder}/log", "w"), text=True)
    link = None
    for line in server.stdout:
        if "/first/" in line:
            link = "/first/" + line.strip().rsplit("/", 1)[1]
            break
    if link is None:
        sys.exit(open(f"{folder}/log").read())
    for _ in range(100):
        try:
            Desk(port).get("/readyz")
            return server, link
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not get ready")


def set_up(port, link):
    """People, and records of every noun: what hooks.py makes calls with."""
    desk = Desk(port)
    owner = desk.first(link)
    _, clerk, _ = desk.colleague(owner, "front-desk", "clerk@example.org")
    subject, _, _ = desk.colleague(owner, "front-desk", "subject@example.org")
    made = lambda path, body: desk.post(path, body, owner)["id"]
    ids = {
        "users": subject,
        "facilities": made("/v1/facilities", {"name": "North", "active": True, "case": {"kind": "medical-spa", "state": "TX"}}),
        "clinicians": made("/v1/clinicians", {"name": "Ida Invented", "active": True}),
        "patients": made("/v1/patients", {"family": "Invented", "given": "Ada", "birth_date": "1980-01-31"}),
        "hooks": made("/v1/hooks", {"address": "https://receiver.example.org/covered", "events": ["visit.saved"]}),
    }
    patient = {"patient": ids["patients"]}
    ids["coverages"] = made("/v1/coverages", {**patient, "rank": 1, "case": {"payer": "aetna"}})
    ids["visits"] = made("/v1/visits", {**patient, "facility": ids["facilities"], "day": "2026-11-23", "case": {}})
    ids["documents"] = made("/v1/documents", {**patient, "kind": "plan card", "name": "card", "content": PNG})
    case = {"date": "2026-11-23", "coverage": {"payer": "aetna"}, "facility": {"kind": "medical-spa", "state": "TX"},
            "line": [{"treatment": "botox"}]}
    ids["determinations"] = made("/v1/determinations", {**patient, "case": case})
    policies = collections.Counter(policy["id"] for policy in desk.get("/v1/policies", owner)["items"])
    ids["policy"] = next(name for name, versions in policies.items() if versions > 1).replace("/", "%2F")
    # The sessions and people that make the calls.
    kept = [session["id"] for session in desk.get("/v1/sessions", owner)["items"]]
    kept += [user["id"] for user in desk.get("/v1/users", owner)["items"] if user["id"] != subject]
    return {"port": port, "owner": owner, "clerk": clerk, "ids": ids, "kept": kept}


def judge(counts, described):
    """What is wrong with what came back, by operation."""
    for name in sorted(described - counts.keys()):
        yield f"{name}: was not asked"
    for name, of in sorted(counts.items()):
        is_done = any(200 <= int(status) < 300 for status in of)
        if not is_done and name not in NOT_HERE:
            yield f"{name}: was never done: {of}"
        if is_done and name in NOT_HERE:
            yield f"{name}: was done, and stands among what cannot be done here"
        if "401" in of and name not in SAYS_WHO:
            yield f"{name}: answered 401 {of['401']} times to who was signed in"


def main():
    program, schemathesis, *rest = sys.argv[1:]
    examples = rest[0] if rest else "20"
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server, link = serve(program, folder, port)
        try:
            with open(f"{folder}/setup.json", "w") as out:
                json.dump(set_up(port, link), out)
            command = [schemathesis, "run", f"http://localhost:{port}/openapi.json", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
                       "--max-examples", examples, "--seed", "1", "--request-timeout", "20", "--suppress-health-check", "all",
                       "--generation-with-security-parameters", "false"]
            env = {**os.environ, "NO_COLOR": "1", "SCHEMATHESIS_HOOKS": f"{HERE}/hooks.py", "COVERED_API_SETUP": f"{folder}/setup.json",
                   "COVERED_API_COUNTS": f"{folder}/counts.json"}
            status = subprocess.run(command, cwd=folder, env=env).returncode
            counts = json.load(open(f"{folder}/counts.json"))
            paths = Desk(port).get("/openapi.json")["paths"].values()
            described = {operation["operationId"] for path in paths for operation in path.values()}
        finally:
            server.send_signal(signal.SIGTERM)
            ended = server.wait(timeout=30)
        wrong = list(judge(counts, described))
        wrong += [line.strip() for line in open(f"{folder}/log") if "panicked" in line]
    calls = sum(sum(of.values()) for of in counts.values())
    done = sum(any(200 <= int(status) < 300 for status in of) for of in counts.values())
    for line in wrong:
        print(line)
    for name, why in NOT_HERE.items():
        print(f"not done here: {name}: {why}")
    print(f"{calls} calls; {done} of {len(described)} operations were done at least once (2xx), {len(NOT_HERE)} cannot be done here")
    sys.exit(status or ended or bool(wrong))


main()
