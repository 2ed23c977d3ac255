#!/usr/bin/env python3
"""Starts a desk with nothing in it, makes its owner, and asks its API whatever its own description allows.

    tests/api/run.py PROGRAM SCHEMATHESIS [EXAMPLES]

PROGRAM is `covered` built with the feature `desk`, SCHEMATHESIS the command `st`. It listens on this machine alone, on a port that is free,
and keeps its records in a folder that is gone afterwards. A reply of 5xx, or one that the description does not know, is a failure.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# They end the session that everything else is asked in.
LEFT_OUT = ["signOut", "lock"]
PASSWORD = "seven tulips walk backwards"


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def code(secret, seconds):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(seconds) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def call(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}", "Content-Type": "application/json", **(headers or {})}
    connection.request(method, path, json.dumps(body) if body is not None else None, sent)
    reply = connection.getresponse()
    text = reply.read().decode()
    if reply.status >= 300:
        sys.exit(f"{method} {path}: {reply.status} {text}")
    return reply.headers, json.loads(text) if text.startswith("{") else text


def serve(program, folder, port):
    command = [program, "serve", "--data", f"{folder}/data", "--root-key", f"{folder}/root.key", "--listen", f"127.0.0.1:{port}"]
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
            call(port, "GET", "/readyz")
            return server, link
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not get ready")


def owner(port, link):
    _, app = call(port, "GET", f"/v1{link}")
    body = {"practice": "Invented", "email": "owner@example.org", "name": "Olive Owner", "password": PASSWORD}
    headers, _ = call(port, "POST", f"/v1{link}", {**body, "code": code(app["secret"], time.time())})
    cookie = headers["Set-Cookie"].split(";")[0]
    _, me = call(port, "GET", "/v1/me", headers={"Cookie": cookie})
    return {"Cookie": cookie, "X-Csrf-Token": me["csrf"], "Origin": f"http://localhost:{port}", "Host": f"localhost:{port}"}


def main():
    program, schemathesis, *rest = sys.argv[1:]
    examples = rest[0] if rest else "20"
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server, link = serve(program, folder, port)
        try:
            headers = owner(port, link)
            command = [schemathesis, "run", f"http://localhost:{port}/openapi.json", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
                       "--max-examples", examples, "--seed", "1", "--request-timeout", "20", "--suppress-health-check", "all"]
            for name in LEFT_OUT:
                command += ["--exclude-operation-id", name]
            for name, value in headers.items():
                command += ["-H", f"{name}: {value}"]
            status = subprocess.run(command, cwd=folder, env={**os.environ, "NO_COLOR": "1"}).returncode
        finally:
            server.send_signal(signal.SIGTERM)
            ended = server.wait(timeout=30)
        panics = [line for line in open(f"{folder}/log") if "panicked" in line]
        sys.stderr.writelines(panics)
        sys.exit(status or ended or bool(panics))


main()
