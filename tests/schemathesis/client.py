"""Requests of the demonstration's administrator, and now and then of somebody else."""

import itertools
import os
import threading
import time

import requests

API = "/api/v1"
PASSWORD = "Parvis-demo-1"
#: Good for a quarter of an hour; renewed well before.
RENEW_AFTER = 600


class Client:
    """Signed in as the administrator."""

    def __init__(self, base):
        self.base = base
        self.lock = threading.Lock()
        self.numbers = itertools.count()
        #: Two runs make names at the same time, and a server may have seen others before.
        self.run = f"{int(time.time()) % 1_000_000}-{os.getpid()}"
        self.session = requests.Session()
        self.tokens = {}

    def access_token(self, name="admin"):
        """A token of somebody of the demonstration that is good for some minutes."""
        with self.lock:
            token, since = self.tokens.get(name, (None, 0.0))
            if token is None or time.monotonic() - since > RENEW_AFTER:
                token = self.login(name).json()["access_token"]
                self.tokens[name] = token, time.monotonic()
            return token

    def login(self, name):
        """The answer to signing in as somebody of the demonstration."""
        return self.unsigned("/auth/login", {"email": f"{name}@demo.example", "password": PASSWORD})

    def unsigned(self, path, body):
        """A POST of a stranger that must succeed."""
        answer = requests.post(f"{self.base}{API}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer

    def ask(self, method, path, name="admin", **more):
        """A request that must succeed."""
        headers = {"Authorization": f"Bearer {self.access_token(name)}", **more.pop("headers", {})}
        answer = self.session.request(method, f"{self.base}{API}{path}", headers=headers, timeout=30, **more)
        if not answer.ok:
            raise RuntimeError(f"{method} {path} → {answer.status_code} {answer.text}")
        return answer

    def items(self, path):
        """The first page of a list."""
        return self.ask("GET", f"{path}?limit=200").json()["items"]

    def post(self, path, body, name="admin"):
        """What a POST makes."""
        return self.ask("POST", path, name, json=body).json()

    def tag(self, path):
        """The version of an item."""
        return self.ask("GET", path).headers["ETag"]

    def fresh(self, prefix):
        """A word that was not used before."""
        return f"{prefix}{self.run}-{next(self.numbers)}"
