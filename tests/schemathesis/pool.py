"""What requests are about: real ids, the version to change, and a body that is right, for every operation.

An operation gets its sample from the document: the ids of its address lead to things that are there, and its body is
the example, with real ids for made-up ones. What a request would spoil for the next one is made for it alone, through
the API itself, by the operation that makes things of that collection. A new operation needs something here only

- where that is not enough, because a thing must first have come so far, or a body must fit other data:
  a method `_<operationId>` that returns ids, body or None, and version or None;
- where things of a collection are not made by a POST of its example: a method `a_<collection>` that returns a new id.
"""

from client import PASSWORD, Client
from document import Document
from papers import Papers

#: Collections that have other names where something refers to their things.
REFERRED = {"funder": "partners", "payer": "partners", "payee": "partners", "template": "templates", "body": "bodies"}
#: Fields at the top of a body that nothing else of its kind may have alike, and how they begin.
UNIQUE = {"code": "ST-", "email": "st-", "source": "ST-"}
#: Path parameters that are no ids.
NAMED = {"year": "2026", "format": "csv"}


class Pool(Papers, Client):
    """The administrator's view of the demonstration, and the makers of fresh things."""

    def __init__(self, base):
        super().__init__(base)
        self.document = Document(self.session.get(f"{base}/api/openapi.json", timeout=30).json())
        template = next(t["id"] for t in self.items("/templates") if t["content"]["code"] == "city-contract")
        self.public, partner = self.funded_programme()
        categories = self.ask("GET", f"/programmes/{self.public}").json()["categories"]
        self.category = next(category["code"] for category in categories if category.get("kind") != "in_kind")
        observer = next(u["id"] for u in self.items("/users") if u["email"] == "observer@demo.example")
        #: One thing of each collection that no request spoils; others follow when they are needed.
        self.standing = {
            "templates": template, "programmes": self.public, "partners": partner,
            "places": self.items("/places")[0]["id"], "users": observer,
        }
        budget, line, grant = self.share()
        self.standing |= {"budgets": budget, "lines": line, "grants": grant}

    def funded_programme(self):
        """A public programme of the demonstration in euros whose movements need no second person, and a funder of it."""
        for programme in self.items("/programmes"):
            path = f"/programmes/{programme['id']}"
            if programme["currency"] != "EUR" or programme["visibility"] != "public":
                continue
            if self.ask("GET", path).json()["policy"].get("four_eyes"):
                continue
            for role in self.items(f"{path}/partner-roles"):
                if role["role"] == "funding":
                    return programme["id"], role["partner"]["id"]
        raise RuntimeError("no programme has a funder and lets one person book")

    # Samples

    def sample(self, operation):
        """Ids of the address, a body that is right or None, the version or None."""
        own = getattr(self, f"_{operation}", None)
        return own() if own else self.from_document(self.document.operations[operation])

    def from_document(self, operation):
        """What the document alone gives."""
        places = list(operation.places())
        changes = operation.method != "GET" and (operation.spoils or operation.demands_version)
        ids = [self.parameter(operation, name, before) for name, before in places]
        changed = [index for index, (name, _) in enumerate(places) if name == "id"] if changes else []
        if changed:
            ids[changed[-1]] = self.made(places[changed[-1]][1])
        tag = None
        if operation.demands_version:
            tag = self.tag(self.address(operation, ids)) if operation.can_be_read else "*"
        return ids, self.filled(operation.example, unique=operation.creates), tag

    def parameter(self, operation, name, before):
        """The value of a path parameter."""
        if name == "id":
            return self.thing(before)
        if name.endswith("_id"):
            return self.thing(self.collection(name))
        return NAMED.get(name) or str(operation.parameters[name].get("example", "1"))

    @staticmethod
    def address(operation, ids):
        """The path with these ids."""
        path = operation.path.removeprefix("/api/v1")
        for (name, _), value in zip(operation.places(), ids):
            path = path.replace("{" + name + "}", value, 1)
        return path

    @staticmethod
    def collection(name):
        """Where the things are to which a field such as `place_id` refers."""
        kind = name.removesuffix("_ids").removesuffix("_id")
        return REFERRED.get(kind, kind.replace("_", "-") + "s")

    def thing(self, collection):
        """Something of a collection that may be used again and again."""
        if collection not in self.standing:
            self.standing[collection] = self.made(collection)
        return self.standing[collection]

    def made(self, collection):
        """A new thing of a collection."""
        own = getattr(self, f"a_{collection.replace('-', '_')}", None)
        if own:
            return own()
        maker = self.document.maker(collection)
        ids, body, _ = self.sample(maker.id)
        return self.post(self.address(maker, ids), body)["id"]

    def filled(self, value, unique=False):
        """An example with real ids, and with new words where nothing else may have the same."""
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {name: self.field(name, item, unique) for name, item in value.items()}

    def field(self, name, value, unique):
        if name.endswith("_id") and isinstance(value, str):
            return self.thing(self.collection(name))
        if name.endswith("_ids") and isinstance(value, list):
            return [self.thing(self.collection(name))]
        if unique and name in UNIQUE and isinstance(value, str):
            return self.fresh(UNIQUE[name]) + ("@demo.example" if name == "email" else "")
        return self.filled(value)

    # New things that take more than the example of a POST

    def a_programmes(self, *way):
        """A programme whose template demands nothing, so that it can go all its way."""
        programme = {"template_id": self.made("templates"), "code": self.fresh("ST-"), "visibility": "public"}
        programme |= {"title": {"fr": "Un programme"}, "starts_on": "2026-01-01"}
        programme = self.post("/programmes", programme)["id"]
        for verb in way:
            self.post(f"/programmes/{programme}/{verb}", {})
        return programme

    def a_participation_steps(self, *way):
        """A step that has come so far."""
        step = {"kind": "workshop", "title": {"fr": self.fresh("Atelier ")}, "starts_on": "2026-05-01"}
        step = self.post(f"/programmes/{self.public}/participation-steps", step)["id"]
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

    def new_line(self):
        planned = {"amount": "100000000.00", "currency": "EUR"}
        grant = {"funder_id": self.thing("partners"), "kind": "cash", "planned": planned}
        return {"category": self.category, "year": 2026, "grants": [grant]}

    def a_budgets(self):
        return self.share()[0]

    def a_lines(self):
        return self.share()[1]

    def a_grants(self):
        return self.share()[2]

    def a_tranches(self):
        """A part of a grant that is paid in instalments."""
        grant = self.instalments()
        return self.post(f"/grants/{grant}/tranches", {"amount": self.money("40.00")})["id"]

    def instalments(self):
        """A grant that is paid in instalments."""
        budget, line, _ = self.share()
        share = {"line_id": line, "planned": self.money("100.00")}
        grant = {"funder_id": self.thing("partners"), "kind": "cash", "currency": "EUR", "payment_mode": "instalments"}
        return self.post(f"/budgets/{budget}/grants", {**grant, "shares": [share]})["id"]

    def submitted(self):
        """A report that waits for the funder's answer."""
        report = self.made("funder-reports")
        self.post(f"/funder-reports/{report}/submit", {})
        return report

    def ended_year(self):
        """A budget of which 2024 is over."""
        budget = {"title": {"fr": "Plan"}, "starts_on": "2024-01-01", "ends_on": "2028-12-31"}
        return self.post(f"/programmes/{self.public}/budgets", budget)["id"]

    def awaiting(self):
        """A movement that somebody else recorded and that waits for a second person."""
        budget, line, grant = self.share()
        movement = {"line_id": line, "grant_id": grant, "kind": "commitment", "booked_on": "2026-03-14"}
        self.four_eyes(True)
        try:
            movement = {**movement, "amount": self.money("10.00")}
            return self.post(f"/budgets/{budget}/movements", movement, name="coordinator")["id"]
        finally:
            self.four_eyes(False)

    def four_eyes(self, wanted):
        headers = {"If-Match": "*"}
        self.ask("PATCH", f"/programmes/{self.public}", json={"four_eyes": wanted}, headers=headers)

    def statement(self):
        """A file of the accounts that is kept."""
        return self.document.operations["create_reconciliation"].example | {"dry_run": False}

    def a_reconciliations(self):
        """A statement with one row that no movement matches."""
        kept = self.post(f"/budgets/{self.a_budgets()}/reconciliations", self.statement())
        return kept["reconciliation"]["id"]

    def a_reconciliation_rows(self):
        return self.items(f"/reconciliations/{self.a_reconciliations()}/rows")[0]["id"]

    def cell(self):
        """A budget, and a change to its plan."""
        budget, line, grant = self.share()
        return budget, {"line_id": line, "grant_id": grant, "planned": self.money("90.00")}

    @staticmethod
    def money(amount):
        return {"amount": amount, "currency": "EUR"}

    def invitation(self):
        return self.post("/invitations", {"email": f"{self.fresh('guest')}@demo.example"})

    def accepted(self, token):
        """What accepts an invitation."""
        return {"token": token, "name": "Une personne", "password": PASSWORD, "language": "fr"}

    def invited(self):
        """Somebody who is invited to the public programme."""
        guest = {"email": f"{self.fresh('member')}@demo.example", "role": "observer"}
        return self.post(f"/programmes/{self.public}/invitations", guest)

    def a_programme_invitations(self):
        return self.invited()["id"]

    def a_users(self):
        """An account that was just made, in the public programme."""
        return self.unsigned("/invitations/accept", self.accepted(self.invited()["token"])).json()["user"]["id"]

    def a_members(self):
        """A membership of an account that was just made."""
        user = self.a_users()
        return next(m["id"] for m in self.items(f"/programmes/{self.public}/members") if m["user_id"] == user)

    def a_mandates(self):
        """A seat in a body of its own, so that there is always one left."""
        return self.seated()["id"]

    def a_body_persons(self):
        return self.seated()["person_id"]

    def seated(self):
        body = self.made("bodies")
        return self.post(f"/bodies/{body}/mandates", self.document.operations["create_mandate"].example)

    def a_draws(self):
        """A draw whose seed is born in the far future."""
        return self.post(f"/bodies/{self.made('bodies')}/draws", self.new_draw())["id"]

    def new_draw(self):
        draw = self.document.operations["create_draw"].example
        return {**draw, "source": {**draw["source"], "born_on": "2099-01-07"}}

    def candidate(self, draw):
        """The pseudonym of somebody who was just put on the list of a draw."""
        candidate = {"college": "inhabitants", "sex": "unstated", "identity": self.fresh("Personne ")}
        return self.post(f"/draws/{draw}/candidates", candidate)["pseudonym"]

    def draw_that_is(self, status):
        """A draw of the demonstration that has come so far: days must have passed for it. Rather one that is public."""
        for programme in sorted(self.items("/programmes"), key=lambda one: one["visibility"] != "public"):
            for body in self.items(f"/programmes/{programme['id']}/bodies"):
                for draw in self.items(f"/bodies/{body['id']}/draws"):
                    if draw["status"] == status:
                        return draw["id"]
        raise RuntimeError(f"no draw is {status}")

    def a_body_meetings(self):
        """A meeting that is convened, with one member who can come."""
        return self.convened()[0]

    def convened(self):
        rules = {"basis": "members", "majority": "simple"}
        body = self.document.operations["create_body"].example | {"rules": rules}
        body = self.post(f"/programmes/{self.public}/bodies", body)["id"]
        seat = self.document.operations["create_mandate"].example
        member = self.post(f"/bodies/{body}/mandates", seat)["id"]
        meeting = self.document.operations["create_body_meeting"].example
        return self.post(f"/bodies/{body}/meetings", meeting)["id"], member

    def held(self):
        meeting, member = self.convened()
        self.post(f"/body-meetings/{meeting}/hold", {"mandate_ids": [member]})
        return meeting

    def decision(self):
        vote = {"yes": 1, "no": 0, "abstained": 0}
        return {"item": 1, "text": {"fr": "Oui."}, "effect": {"kind": "resolve"}, "vote": vote}

    def cookie(self):
        """The cookie of a session that was just opened."""
        return self.login("observer").headers["Set-Cookie"].split(";")[0]

    # Samples that the document alone does not give

    def _accept_invitation(self):
        return [], self.accepted(self.invitation()["token"]), None

    def _update_user(self):
        return [self.thing("users")], {"organiser": False, "disabled": False, "administrator": False}, "*"

    def _create_partner(self):
        return [], {"name": self.fresh("Partenaire "), "kind": "association", "country": "FR"}, None

    def _create_partner_role(self):
        return [self.public], {"partner_id": self.made("partners"), "role": "implementing"}, None

    def _open_programme(self):
        return [self.a_programmes()], {}, None

    def _activate_programme(self):
        return [self.a_programmes("open")], {}, None

    def _close_programme(self):
        return [self.a_programmes("open", "activate")], {}, None

    def _archive_programme(self):
        return [self.a_programmes("open", "activate", "close")], None, "*"

    def _close_participation_step(self):
        return [self.a_participation_steps("open")], self.outcome(), None

    def _annul_participation_step(self):
        return [self.a_participation_steps("open", "close")], {"reason": {"fr": "Une raison."}}, None

    def _create_budget_line(self):
        return [self.thing("budgets")], self.new_line(), None

    def _update_budget_line(self):
        return [line := self.a_lines()], {"title": {"fr": "Jardins"}}, self.tag(f"/lines/{line}")

    def _close_budget_year(self):
        return [self.ended_year(), "2024"], {}, None

    def _reopen_budget_year(self):
        budget = self.ended_year()
        self.post(f"/budgets/{budget}/years/2024/close", {})
        return [budget, "2024"], {"reason": "Une écriture manque."}, None

    def _create_tranche(self):
        return [self.instalments()], {"amount": self.money("40.00")}, None

    def _split_tranche(self):
        return [self.a_tranches()], {"parts": ["80", "20"]}, None

    def _release_tranche(self):
        return [self.a_tranches()], {}, None

    def _update_tranche(self):
        return [tranche := self.a_tranches()], {"amount": self.money("50.00")}, self.tag(f"/tranches/{tranche}")

    def _create_mandate(self):
        return [self.made("bodies")], self.document.operations["create_mandate"].example, None

    def _create_draw(self):
        return [self.made("bodies")], self.new_draw(), None

    def _add_draw_candidate(self):
        body = {"college": "inhabitants", "sex": "female", "identity": self.fresh("Personne ")}
        return [self.a_draws()], body, None

    def _remove_draw_candidate(self):
        draw = self.a_draws()
        return [draw, self.candidate(draw)], None, self.tag(f"/draws/{draw}")

    def _erase_draw_identity(self):
        draw = self.a_draws()
        return [draw, self.candidate(draw)], None, None

    def _fix_draw(self):
        draw = self.a_draws()
        self.candidate(draw)
        return [draw], {}, None

    def _get_draw_list(self):
        return [self.draw_that_is("drawn")], None, None

    def _draw_lots(self):
        return [self.draw_that_is("fixed")], {"seed": "03-12-19-27-44"}, None

    def _record_draw_refusal(self):
        draw = self.draw_that_is("drawn")
        known = self.ask("GET", f"/draws/{draw}").json()
        holders = [seat["holders"][-1] for seat in known["outcome"]["colleges"][0]["seats"] if seat["holders"]]
        held = [holder["pseudonym"] for holder in holders if not holder["refused"]]
        return [draw], {"pseudonym": held[-1] if held else "none", "refused_on": known["drawn_on"]}, None

    def _seat_drawn(self):
        return [self.draw_that_is("drawn")], {"starts_on": "2025-12-01", "ends_on": "2027-03-13"}, None

    def _hold_body_meeting(self):
        meeting, member = self.convened()
        return [meeting], {"mandate_ids": [member]}, None

    def _record_body_minutes(self):
        return [self.held()], {"minutes": {"fr": "La séance est ouverte."}}, None

    def _create_body_decision(self):
        return [self.held()], self.decision(), None

    def _annul_body_decision(self):
        decision = self.post(f"/body-meetings/{self.held()}/decisions", self.decision())["id"]
        return [decision], {"annulled_on": "2016-06-01", "reason": "Convocation irrégulière"}, None

    def _countersign_progress(self):
        measure = {"measured_on": "2026-05-01", "percent": "69.6", "source": "Visite"}
        measure = self.post(f"/lines/{self.thing('lines')}/progress", measure, name="coordinator")
        return [measure["id"]], {"partner_id": self.thing("partners")}, None

    def _accept_funder_report(self):
        return [self.submitted()], {}, None

    def _return_funder_report(self):
        return [self.submitted()], {"reason": "Incomplet."}, None

    def _approve_movement(self):
        return [self.awaiting()], {}, None

    def _refuse_movement(self):
        return [self.awaiting()], {"reason": "Pièce manquante"}, None

    def _update_plan(self):
        budget, cell = self.cell()
        return [budget], {"cells": [cell], "reason": "Rééquilibrage"}, self.tag(f"/budgets/{budget}/plan")

    def _simulate_plan(self):
        budget, cell = self.cell()
        return [budget], {"cells": [cell]}, None

    def _copy_plan_year(self):
        return [self.a_budgets()], {"from_year": 2026, "to_year": 2027}, None

    def _create_rate_policy(self):
        return [self.public], {"funder_id": self.made("partners"), "currency": "EUR", "policy": "monthly"}, None

    def _import_rates(self):
        return [self.public], self.document.operations["import_rates"].example, None

    def _create_reconciliation(self):
        return [self.a_budgets()], self.statement(), None

    def _update_reconciliation_row(self):
        return [self.a_reconciliation_rows()], {"note": "Frais de tenue"}, "*"
