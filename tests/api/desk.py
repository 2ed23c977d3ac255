"""A desk as the run sees it: people who sign in, and what each of them asks."""

import base64
import hashlib
import hmac
import http.client
import json
import struct
import time

PASSWORD = "seven tulips walk backwards"
# One pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def code(secret, seconds):
    """What an authenticator app shows."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(seconds) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Refused(Exception):
    """A request of the run's own that was not done."""


class Desk:
    """The server, by its port."""

    def __init__(self, port):
        self.port = port

    def headers(self, of=None):
        return {"Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}", **(of or {})}

    def send(self, method, path, body=None, of=None):
        while True:
            headers, status, text = self.sent(method, path, body, of)
            if status != 429:
                break
            time.sleep(float(headers["Retry-After"]))
        if status >= 300:
            raise Refused(f"{method} {path}: {status} {text}")
        return headers, json.loads(text) if text.startswith("{") else text

    def sent(self, method, path, body, of):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {**self.headers(of), "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, sent)
        reply = connection.getresponse()
        return reply.headers, reply.status, reply.read().decode()

    def get(self, path, of=None):
        return self.send("GET", path, of=of)[1]

    def post(self, path, body=None, of=None):
        return self.send("POST", path, body, of)[1]

    def person(self, headers):
        """Headers of who was signed in by this reply."""
        of = {"Cookie": headers["Set-Cookie"].split(";")[0]}
        return {**of, "X-Csrf-Token": self.get("/v1/me", of)["csrf"]}

    def first(self, link):
        """The owner, by the link that the server prints when it starts."""
        app = self.get(f"/v1{link}")
        body = {"practice": "Invented", "email": "owner@example.org", "name": "Olive Owner", "password": PASSWORD}
        headers, _ = self.send("POST", f"/v1{link}", {**body, "code": code(app["secret"], time.time())})
        return self.person(headers)

    def invite(self, owner, role, email):
        """A user who has not accepted: their id and the path of their invitation."""
        invited = self.post("/v1/users", {"email": email, "name": "Ida Invented", "role": role}, owner)
        return invited["user"], "/v1" + invited["link"].replace("/invitation/", "/invitations/")

    def colleague(self, owner, role, email):
        """Somebody who is signed in: their id, headers and the secret of their app."""
        user, path = self.invite(owner, role, email)
        secret = self.get(path)["secret"]
        headers, _ = self.send("POST", path, {"password": PASSWORD, "code": code(secret, time.time())})
        return user, self.person(headers), secret
