#!/usr/bin/env python3
"""Draws lots from a published list: a second implementation of parvis-draw/1, on Python's standard library alone.

It shares no code with Parvis and follows docs/draw.md. Whoever doubts a draw downloads the list, reads the seed where
it was announced, and runs

    python3 draw.py list.txt "03-12-19-27-44-8" [refused-pseudonym ...]

which prints the hash of the list and who holds which seat.
"""

import hashlib
import json
import sys

VERSION = "parvis-draw/1"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def commitment(salt, identity):
    """What the list shows of an identity, of which the salt (64 hexadecimal digits) is known to its candidate alone."""
    return sha256("\n".join([VERSION + " identity", salt, identity]).encode())


def pseudonym(salt):
    digits = sha256("\n".join([VERSION + " pseudonym", salt]).encode())
    return digits[:4] + "-" + digits[4:8]


def read(document):
    """Colleges {code: (seats, parity)} and candidates [(college, sex, pseudonym)] of a list, given as bytes."""
    lines = document.decode("utf-8").split("\n")
    if lines[0] != VERSION or lines[-1] != "":
        raise ValueError("not a list of " + VERSION)
    colleges, candidates = {}, []
    for line in lines[5:-1]:
        fields = line.split("\t")
        if fields[0] == "college":
            colleges[fields[1]] = (int(fields[2]), fields[3])
        elif fields[0] == "candidate":
            candidates.append((fields[1], fields[2], fields[3]))
        else:
            raise ValueError("not a line of a list: " + line)
    return colleges, candidates


class College:
    def __init__(self, seats, parity):
        self.parity, self.places = parity, seats
        self.order = []  # (ticket, pseudonym, sex), smallest ticket first
        self.called = set()
        self.seats = []  # per seat the calls: [pseudonym, sex, outside parity, refused]

    def fill(self):
        self.order.sort()
        for _ in range(self.places):
            self.seats.append([])
            self.call(self.seats[-1], None)

    def refuse(self, name):
        for seat in self.seats:
            if seat and seat[-1][0] == name and not seat[-1][3]:
                seat[-1][3] = True
                self.call(seat, seat[-1][1])
                return True
        return False

    def call(self, seat, leaving_sex):
        waiting = [(place, name, sex) for place, (_, name, sex) in enumerate(self.order) if name not in self.called]
        steps = []
        if self.parity == "equal" and leaving_sex is not None:
            steps.append(lambda place, sex: sex == leaving_sex)
        steps.append(self.allowed())
        steps.append(lambda place, sex: sex == "unstated")
        for step in steps:
            for place, name, sex in waiting:
                if step(place, sex):
                    return self.seat(seat, name, sex, False)
        if waiting:
            self.seat(seat, waiting[0][1], waiting[0][2], True)

    def seat(self, seat, name, sex, outside):
        self.called.add(name)
        seat.append([name, sex, outside, False])

    def allowed(self):
        if self.parity == "none":
            return lambda place, sex: True
        held = [seat[-1][1] for seat in self.seats if seat and not seat[-1][3]]
        women, men = held.count("female"), held.count("male")

        def allowed(place, sex):
            if sex == "unstated":
                return place < self.places
            return women <= men if sex == "female" else men <= women

        return allowed


def draw(document, seed, refusals):
    """What the draw gives, in the shape in which the API of Parvis tells it."""
    list_hash = sha256(document)
    listed, candidates = read(document)
    colleges = {code: College(*rules) for code, rules in listed.items()}
    for code, sex, name in candidates:
        ticket = sha256("\n".join([VERSION + " ticket", list_hash, seed, code, name]).encode())
        colleges[code].order.append((ticket, name, sex))
    for college in colleges.values():
        college.fill()
    for name in refusals:
        if not any([college.refuse(name) for college in colleges.values()]):
            raise ValueError(name + " holds no seat")
    return {
        "list_hash": list_hash,
        "seed": seed,
        "colleges": [outcome(code, colleges[code]) for code in sorted(colleges)],
    }


def outcome(code, college):
    def holder(call):
        return {"pseudonym": call[0], "outside_parity": call[2], "refused": call[3]}

    return {
        "code": code,
        "order": [{"pseudonym": name, "sex": sex, "ticket": ticket} for ticket, name, sex in college.order],
        "seats": [
            {"number": number, "holders": [holder(call) for call in seat]}
            for number, seat in enumerate(college.seats, 1)
        ],
    }


def check_vectors(path):
    """Draws every test vector again and compares."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    for person in vectors["identities"]:
        assert commitment(person["salt"], person["identity"]) == person["commitment"], person
        assert pseudonym(person["salt"]) == person["pseudonym"], person
    for vector in vectors["draws"]:
        drawn = draw(vector["document"].encode(), vector["seed"], vector["refusals"])
        assert drawn == vector["outcome"], vector["name"]
    print(len(vectors["identities"]), "identities and", len(vectors["draws"]), "draws agree")


def main():
    if sys.argv[1:2] == ["--vectors"]:
        return check_vectors(sys.argv[2])
    if sys.argv[1:2] == ["--lines"]:  # one draw per line, as {"document", "seed", "refusals"}
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps(draw(asked["document"].encode(), asked["seed"], asked["refusals"])))
        return None
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        drawn = draw(file.read(), sys.argv[2], sys.argv[3:])
    print("list", drawn["list_hash"])
    for college in drawn["colleges"]:
        for seat in college["seats"]:
            last = seat["holders"][-1] if seat["holders"] else None
            held = last["pseudonym"] if last and not last["refused"] else "vacant"
            print(college["code"], seat["number"], held, sep="\t")
    return None


if __name__ == "__main__":
    main()
