"""What requests are about: real ids, the version to change, and a body that is right, for every operation.

Everything that a request could spoil for the next one is made for it alone, through the API itself.
"""

import itertools
import os
import threading
import time

import requests

API = "/api/v1"
PASSWORD = "Parvis-demo-1"
#: Good for a quarter of an hour; renewed well before.
RENEW_AFTER = 600


class Pool:
    """The administrator's view of the demonstration, and the makers of fresh things."""

    def __init__(self, base):
        self.base = base
        self.lock = threading.Lock()
        self.numbers = itertools.count()
        #: Two runs make names at the same time, and a server may have seen others before.
        self.run = f"{int(time.time()) % 1_000_000}-{os.getpid()}"
        self.session = requests.Session()
        self.signed_in_at = 0.0
        self.token = None
        self.template = next(t["id"] for t in self.items("/templates") if t["content"]["code"] == "city-contract")
        self.public, self.partner = self.funded_programme()
        categories = self.ask("GET", f"/programmes/{self.public}").json()["categories"]
        self.category = next(category["code"] for category in categories if category.get("kind") != "in_kind")
        self.place = self.items("/places")[0]["id"]
        self.user = next(u["id"] for u in self.items("/users") if u["email"] == "observer@demo.example")

    def funded_programme(self):
        """A public programme of the demonstration in euros, and an organisation that funds it."""
        for programme in self.items("/programmes"):
            if programme["currency"] == "EUR" and programme["visibility"] == "public":
                for role in self.items(f"/programmes/{programme['id']}/partner-roles"):
                    if role["role"] == "funding":
                        return programme["id"], role["partner"]["id"]
        raise RuntimeError("no programme has a funder")

    def access_token(self):
        """A token of the administrator that is good for some minutes."""
        with self.lock:
            if time.monotonic() - self.signed_in_at > RENEW_AFTER or self.token is None:
                login = {"email": "admin@demo.example", "password": PASSWORD}
                answer = requests.post(f"{self.base}{API}/auth/login", json=login, timeout=30)
                answer.raise_for_status()
                self.token = answer.json()["access_token"]
                self.signed_in_at = time.monotonic()
            return self.token

    def ask(self, method, path, **more):
        """A request that must succeed."""
        headers = {"Authorization": f"Bearer {self.access_token()}", **more.pop("headers", {})}
        answer = self.session.request(method, f"{self.base}{API}{path}", headers=headers, timeout=30, **more)
        if not answer.ok:
            raise RuntimeError(f"{method} {path} → {answer.status_code} {answer.text}")
        return answer

    def items(self, path):
        """The first page of a list."""
        return self.ask("GET", f"{path}?limit=200").json()["items"]

    def post(self, path, body):
        """What a POST makes."""
        return self.ask("POST", path, json=body).json()

    def tag(self, path):
        """The version of an item."""
        return self.ask("GET", path).headers["ETag"]

    def fresh(self, prefix):
        """A word that was not used before."""
        return f"{prefix}{self.run}-{next(self.numbers)}"

    # Bodies that are right

    def new_template(self):
        return {
            "code": self.fresh("st-"), "title": {"fr": "Un modèle"}, "summary": {"fr": "Pour les essais."},
            "time_zone": "Europe/Paris", "currency": "EUR",
            "axes": [{"code": "living-conditions", "title": {"fr": "Cadre de vie"}}],
            "categories": [{"code": "investment", "title": {"fr": "Investissement"}}],
        }

    def new_programme(self):
        return {
            "template_id": self.template, "code": self.fresh("ST-"), "title": {"fr": "Un programme"},
            "starts_on": "2026-01-01", "visibility": "public", "place_ids": [self.place],
        }

    def new_place(self):
        return {
            "code": self.fresh("ST"), "generation": "ST", "name": {"fr": "Un quartier"}, "kind": "neighbourhood",
            "country": "FR", "starts_on": "2015-01-01",
        }

    def new_partner(self):
        return {"name": self.fresh("Partenaire "), "kind": "association", "country": "FR"}

    def new_step(self):
        return {"kind": "workshop", "title": {"fr": self.fresh("Atelier ")}, "starts_on": "2026-05-01"}

    @staticmethod
    def money(amount="10.00"):
        return {"amount": amount, "currency": "EUR"}

    def new_line(self):
        return {
            "category": self.category, "year": 2026,
            "grants": [{"funder_id": self.partner, "kind": "cash", "planned": self.money("1000.00")}],
        }

    # Fresh things

    def plain_programme(self, *way):
        """A programme whose template demands nothing, so that it can go all its way."""
        template = self.post("/templates", self.new_template())["id"]
        programme = self.post("/programmes", {**self.new_programme(), "template_id": template})["id"]
        for verb in way:
            self.post(f"/programmes/{programme}/{verb}", {})
        return programme

    def step(self, *way):
        """A step that has come so far."""
        step = self.post(f"/programmes/{self.public}/participation-steps", self.new_step())["id"]
        bodies = {"open": {"opened_on": "2026-05-01"}, "close": self.outcome()}
        for verb in way:
            self.post(f"/participation-steps/{step}/{verb}", bodies[verb])
        return step

    @staticmethod
    def outcome():
        return {"outcome": {"summary": {"fr": "Tenu."}}, "closed_on": "2026-05-02"}

    def share(self):
        """A budget with a line and its grant."""
        budget = {"title": {"fr": "Plan"}, "starts_on": "2026-01-01", "ends_on": "2028-12-31"}
        budget = self.post(f"/programmes/{self.public}/budgets", budget)["id"]
        line = self.post(f"/budgets/{budget}/lines", self.new_line())
        return budget, line["id"], line["grants"][0]["grant_id"]

    def new_movement(self, line, grant):
        return {
            "line_id": line, "grant_id": grant, "kind": "commitment", "amount": self.money(), "booked_on": "2026-03-14",
        }

    def movement(self):
        budget, line, grant = self.share()
        return self.post(f"/budgets/{budget}/movements", self.new_movement(line, grant))["id"]

    def invitation(self):
        return self.post("/invitations", {"email": f"{self.fresh('guest')}@demo.example"})

    def guest(self):
        """An account that was just made, in the public programme."""
        invited = {"email": f"{self.fresh('member')}@demo.example", "role": "observer"}
        invited = self.post(f"/programmes/{self.public}/invitations", invited)
        accepted = {"token": invited["token"], "name": "Un membre", "password": PASSWORD, "language": "fr"}
        answer = requests.post(f"{self.base}{API}/invitations/accept", json=accepted, timeout=30)
        answer.raise_for_status()
        return answer.json()["user"]["id"]

    def member(self):
        """A membership of an account that was just made."""
        user = self.guest()
        return next(m["id"] for m in self.items(f"/programmes/{self.public}/members") if m["user_id"] == user)

    def cookie(self):
        """The cookie of a session that was just opened."""
        login = {"email": "observer@demo.example", "password": PASSWORD}
        answer = requests.post(f"{self.base}{API}/auth/login", json=login, timeout=30)
        answer.raise_for_status()
        return answer.headers["Set-Cookie"].split(";")[0]

    def sample(self, operation):
        """Ids of the address, a body that is right or None, the version or None."""
        maker = getattr(self, f"_{operation}", None)
        return maker() if maker else ([], None, None)

    def _item(self, path, made, body=None):
        return [made], body, self.tag(f"{path}/{made}")

    def _login(self):
        return [], {"email": "coordinator@demo.example", "password": PASSWORD}, None

    def _accept_invitation(self):
        token = self.invitation()["token"]
        return [], {"token": token, "name": "Une personne", "password": PASSWORD, "language": "fr"}, None

    def _update_me(self):
        return [], {"language": "fr"}, self.tag("/me")

    def _update_user(self):
        return [self.user], {"organiser": False, "disabled": False, "administrator": False}, "*"

    def _erase_user(self):
        return [self.guest()], {}, None

    def _export_personal_data(self):
        return [self.user], None, None

    def _create_invitation(self):
        return [], {"email": f"{self.fresh('guest')}@demo.example"}, None

    def _revoke_invitation(self):
        return [self.invitation()["id"]], None, "*"

    def _update_member(self):
        return [self.member()], {"role": "budget_officer"}, "*"

    def _archive_member(self):
        return [self.member()], None, "*"

    def _create_programme_invitation(self):
        return [self.public], {"email": f"{self.fresh('guest')}@demo.example", "role": "observer"}, None

    def _revoke_programme_invitation(self):
        invited = {"email": f"{self.fresh('guest')}@demo.example", "role": "observer"}
        return [self.post(f"/programmes/{self.public}/invitations", invited)["id"]], None, "*"

    def _get_template(self):
        return [self.template], None, None

    def _create_template(self):
        return [], self.new_template(), None

    def _update_template(self):
        new = self.new_template()
        return self._item("/templates", self.post("/templates", new)["id"], {**new, "title": {"fr": "Revu"}})

    def _archive_template(self):
        return self._item("/templates", self.post("/templates", self.new_template())["id"])

    def _create_programme(self):
        return [], self.new_programme(), None

    def _update_programme(self):
        return self._item("/programmes", self.plain_programme(), {"title": {"fr": "Autre titre"}})

    def _open_programme(self):
        return [self.plain_programme()], {}, None

    def _activate_programme(self):
        return [self.plain_programme("open")], {}, None

    def _close_programme(self):
        return [self.plain_programme("open", "activate")], {}, None

    def _archive_programme(self):
        return [self.plain_programme("open", "activate", "close")], None, "*"

    def _get_place(self):
        return [self.place], None, None

    def _create_place(self):
        return [], self.new_place(), None

    def _update_place(self):
        return self._item("/places", self.post("/places", self.new_place())["id"], {"name": {"fr": "Autre nom"}})

    def _archive_place(self):
        return self._item("/places", self.post("/places", self.new_place())["id"])

    def _get_partner(self):
        return [self.partner], None, None

    def _create_partner(self):
        return [], self.new_partner(), None

    def _update_partner(self):
        return self._item("/partners", self.post("/partners", self.new_partner())["id"], {"acronym": "ST"})

    def _archive_partner(self):
        return self._item("/partners", self.post("/partners", self.new_partner())["id"])

    def _list_contacts(self):
        return [self.partner], None, None

    def _create_contact(self):
        return [self.partner], {"name": "Une personne"}, None

    def _update_contact(self):
        return [self.post(f"/partners/{self.partner}/contacts", {"name": "Une personne"})["id"]], {"position": "Directrice"}, "*"

    def _delete_contact(self):
        return [self.post(f"/partners/{self.partner}/contacts", {"name": "Une personne"})["id"]], None, "*"

    def _create_partner_role(self):
        partner = self.post("/partners", self.new_partner())["id"]
        return [self.public], {"partner_id": partner, "role": "implementing"}, None

    def _archive_partner_role(self):
        ids, body, _ = self._create_partner_role()
        return [self.post(f"/programmes/{ids[0]}/partner-roles", body)["id"]], None, "*"

    def _create_participation_step(self):
        return [self.public], self.new_step(), None

    def _get_participation_step(self):
        return [self.step()], None, None

    def _update_participation_step(self):
        return self._item("/participation-steps", self.step(), {"location": "Salle des fêtes"})

    def _open_participation_step(self):
        return [self.step()], {"opened_on": "2026-05-01"}, None

    def _close_participation_step(self):
        return [self.step("open")], self.outcome(), None

    def _cancel_participation_step(self):
        return [self.step()], {"reason": {"fr": "Une raison."}}, None

    def _annul_participation_step(self):
        return [self.step("open", "close")], {"reason": {"fr": "Une raison."}}, None

    def _create_budget(self):
        return [self.public], {"title": {"fr": "Plan"}, "starts_on": "2026-01-01"}, None

    def _update_budget(self):
        return self._item("/budgets", self.share()[0], {"title": {"fr": "Plan revu"}})

    def _get_budget(self):
        return [self.share()[0]], None, None

    _list_budget_lines = _list_grants = _list_movements = _get_balances = _get_budget

    def _create_budget_line(self):
        return [self.share()[0]], self.new_line(), None

    def _get_budget_line(self):
        return [self.share()[1]], None, None

    def _update_budget_line(self):
        return self._item("/lines", self.share()[1], {"title": {"fr": "Jardins"}})

    def _create_grant(self):
        budget, line, _ = self.share()
        share = {"line_id": line, "planned": self.money()}
        return [budget], {"funder_id": self.partner, "kind": "cash", "currency": "EUR", "shares": [share]}, None

    def _get_grant(self):
        return [self.share()[2]], None, None

    def _update_grant(self):
        return self._item("/grants", self.share()[2], {"reference": "ST-1"})

    def _create_movement(self):
        budget, line, grant = self.share()
        return [budget], self.new_movement(line, grant), None

    def _get_movement(self):
        return [self.movement()], None, None

    def _reverse_movement(self):
        return [self.movement()], {"reason": "Saisie deux fois"}, None

    def _correct_movement(self):
        return [self.movement()], {"reason": "Erreur", "replacement": {"amount": self.money("9.00")}}, None

    def _list_programme_history(self):
        return [self.public], None, None

    _get_programme = _get_programme_calendar = _list_members = _list_programme_invitations = _list_programme_history
    _list_partner_roles = _list_participation_steps = _list_budgets = _list_programme_history
