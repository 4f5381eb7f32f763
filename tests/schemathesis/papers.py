"""Agreements that have come so far, and documents with their files: what `pool` needs of them."""

#: The hash of a document.
EVIDENCE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Papers:
    """A part of the pool."""

    # Agreements

    def new_agreement(self, kind="convention"):
        """Between two organisations that need no decision of their own."""
        party = {"needs_authorisation": False}
        parties = [
            {**party, "partner_id": self.thing("partners"), "capacities": ["funder"]},
            {**party, "partner_id": self.second_party(), "capacities": ["implementer"]},
        ]
        title = {"fr": self.fresh("Convention ")}
        days = {"starts_on": "2026-01-01", "ends_on": "2028-12-31"}
        return {"kind": kind, "title": title, **days, "parties": parties}

    def second_party(self):
        if "second party" not in self.standing:
            self.standing["second party"] = self.made("partners")
        return self.standing["second party"]

    def a_agreements(self):
        return self.post(f"/programmes/{self.public}/agreements", self.new_agreement())["id"]

    def opened(self, kind="convention"):
        agreement = self.post(f"/programmes/{self.public}/agreements", self.new_agreement(kind))["id"]
        self.post(f"/agreements/{agreement}/open", {})
        return agreement

    def signed(self):
        agreement = self.opened()
        for partner in (self.thing("partners"), self.second_party()):
            self.post(f"/agreements/{agreement}/sign", self.signature(partner))
        return agreement

    @staticmethod
    def signature(partner, day="2026-03-01"):
        signatory = {"signatory": "Une personne", "quality": "Maire", "email": "maire@demo.example"}
        return {"partner_id": partner, "signed_on": day, **signatory, "evidence": EVIDENCE}

    def _create_agreement(self):
        return [self.public], self.new_agreement(), None

    def _update_agreement(self):
        return [agreement := self.a_agreements()], {"reference": "C-2026-1"}, self.tag(f"/agreements/{agreement}")

    def _open_agreement(self):
        return [self.a_agreements()], {}, None

    def _withdraw_agreement(self):
        return [self.opened()], {}, None

    def _authorise_agreement(self):
        return [self.opened()], self.authorisation("2026-02-01"), None

    def authorisation(self, day):
        return {"partner_id": self.second_party(), "reference": "Délibération 12", "decided_on": day}

    def _sign_agreement(self):
        return [self.opened()], self.signature(self.second_party()), None

    def _notify_agreement(self):
        agreement = self.opened("grant_decision")
        self.post(f"/agreements/{agreement}/sign", self.signature(self.thing("partners")))
        return [agreement], {"notified_on": "2026-03-05"}, None

    def _terminate_agreement(self):
        return [self.signed()], {"terminated_on": "2026-12-31", "reason": "D’un commun accord"}, None

    def amended(self, is_open=False):
        agreement = self.signed()
        self.post(f"/agreements/{agreement}/amendments", self.new_amendment())
        if is_open:
            self.post(f"/agreements/{agreement}/amendments/1/open", {})
        return [agreement, "1"]

    @staticmethod
    def new_amendment():
        origin = {"origin": {"kind": "signed"}, "title": {"fr": "Avenant"}}
        return {**origin, "effective_on": "2026-06-01", "changes": {"ends_on": "2029-12-31"}}

    def _create_amendment(self):
        return [self.signed()], self.new_amendment(), None

    def _update_amendment(self):
        ids = self.amended()
        return ids, {"title": {"fr": "Avenant n° 1"}}, self.tag(f"/agreements/{ids[0]}")

    def _open_amendment(self):
        return self.amended(), {}, None

    def _authorise_amendment(self):
        return self.amended(is_open=True), self.authorisation("2026-05-01"), None

    def _sign_amendment(self):
        return self.amended(is_open=True), self.signature(self.second_party(), "2026-06-01"), None

    def _withdraw_amendment(self):
        return self.amended(is_open=True), {}, None

    # Obligations

    def new_obligation(self):
        title = {"kind": "report", "title": {"fr": "Bilan annuel"}}
        return {**title, "owed_by": self.second_party(), "first_on": "2026-05-31", "every_months": 12}

    def a_obligations(self):
        return self.post(f"/agreements/{self.signed()}/obligations", self.new_obligation())["id"]

    def _create_obligation(self):
        return [self.signed()], self.new_obligation(), None

    def _update_obligation(self):
        return [duty := self.a_obligations()], {"every_months": 6}, self.tag(f"/obligations/{duty}")

    def _meet_obligation(self):
        return [self.a_obligations()], {"due_on": "2026-05-31", "met_on": "2026-05-20"}, None

    # Documents

    def a_uploads(self):
        """A file that no document has taken up."""
        path = f"/programmes/{self.public}/uploads?name=notes.txt"
        headers = {"Content-Type": "application/octet-stream"}
        return self.ask("POST", path, data=self.fresh("Notes ").encode(), headers=headers).json()["id"]

    def new_document(self):
        title = {"title": {"fr": self.fresh("Notes ")}, "kind": "minutes", "visibility": "public"}
        return {**title, "upload_id": self.a_uploads()}

    def a_documents(self):
        return self.post(f"/programmes/{self.public}/documents", self.new_document())["id"]

    def _create_document(self):
        return [self.public], self.new_document(), None

    def _create_document_version(self):
        return [self.a_documents()], {"upload_id": self.a_uploads()}, None
