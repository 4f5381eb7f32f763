"""Rebuilds every total of the balances of a programme from its movements, with nothing but the standard library.

    python3 replay.py BASE_URL PROGRAMME_ID [DAY ...]

BASE_URL ends in /api/v1; PARVIS_TOKEN holds a bearer token where the programme is not public. Without days, ten are
chosen that span the ledger. Amounts are whole minor units, rates exact fractions. It knows nothing of how the server
keeps its sums: movements are read from the CSV that anybody can take away, lines, grants and rates from their lists.
Ends with 1 where a figure differs.
"""

import csv
import io
import json
import os
import sys
import urllib.parse
import urllib.request
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

SUMS = ["planned", "granted", "pledged", "committed", "disbursed", "spent", "justified", "contributed"]
SHOWN = SUMS + ["available", "prefinanced", "borne_by_partner"]
FLOWS = ["received", "passed_on", "spent", "contributed"]
GROUPS = ["line", "category", "axis", "year", "funder", "budget", "programme"]


class Api:
    def __init__(self, base):
        self.base = base.rstrip("/")
        self.token = os.environ.get("PARVIS_TOKEN")

    def open(self, path, **query):
        query = {name: value for name, value in query.items() if value is not None}
        url = f"{self.base}{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60)

    def get(self, path, **query):
        with self.open(path, **query) as answer:
            return json.load(answer)

    def table(self, path):
        """The rows of a CSV by the names of its columns; an empty cell is None."""
        with self.open(path) as answer:
            text = io.TextIOWrapper(answer, encoding="utf-8-sig", newline="")
            return [{name: value or None for name, value in row.items()} for row in csv.DictReader(text)]

    def all(self, path, **query):
        items, cursor = [], None
        while True:
            page = self.get(path, limit=200, cursor=cursor, **query)
            items += page["items"]
            cursor = page["next"]
            if not cursor:
                return items


def minor(money):
    """Whole minor units: the digits of the amount without its point say how many."""
    return int(money["amount"].replace(".", ""))


def movement(row):
    """A row of the exported ledger in the shape in which the sums below read it."""
    money = lambda amount, currency: {"amount": amount, "currency": currency} if amount else None
    paid = money(row["original"], row["original_currency"])
    return row | {"amount": money(row["amount"], row["currency"]), "original": paid}


def scale(money):
    _, _, digits = money["amount"].partition(".")
    return 10 ** len(digits)


def half_even(value):
    """Python rounds halves of fractions to even, exactly."""
    return round(value)


def effect(kind, mode, amount):
    change = dict.fromkeys(SUMS, 0)
    if kind == "pledge":
        change["pledged"] = amount
    elif kind == "commitment":
        change["committed"] = amount
    elif kind == "decommitment":
        change["committed"] = -amount
    elif kind == "disbursement":
        change["disbursed"] = amount
    elif kind == "repayment":
        change["disbursed"] = -amount
    elif kind == "expenditure":
        change["spent"] = amount
        if mode == "direct":
            change["disbursed"] = amount
    elif kind == "justification":
        change["justified"] = amount
    elif kind == "in_kind":
        change["contributed"] = amount
    return change


class Ledger:
    """What the exported movements and the lists of the API say, and what follows from it."""

    def __init__(self, api, programme):
        self.programme = api.get(f"/programmes/{programme}")
        self.lines, self.grants, self.movements, self.plan = {}, {}, [], {}
        self.scales = {}
        for budget in api.all(f"/programmes/{programme}/budgets"):
            self.lines |= {line["id"]: line for line in api.all(f"/budgets/{budget['id']}/lines")}
            self.grants |= {grant["id"]: grant for grant in api.all(f"/budgets/{budget['id']}/grants")}
            self.movements += map(movement, api.table(f"/budgets/{budget['id']}/movements.csv"))
        for grant in self.grants.values():
            self.scales[grant["currency"]] = scale(grant["planned"])
            for share in grant["shares"]:
                self.plan[share["line_id"], grant["id"]] = (minor(share["planned"]), minor(share["granted"]))
        self.decision = self.programme.get("policy", {}).get("grant_decision")
        self.rates = api.all(f"/programmes/{programme}/rates")
        self.policies = {p["funder_id"]: p["policy"] for p in api.all(f"/programmes/{programme}/rate-policies")}

    def counted(self, day):
        return [m for m in self.movements if m["status"] == "approved" and m["booked_on"] <= day]

    def shares(self, day):
        shares = {}
        for key, (planned, granted) in self.plan.items():
            shares[key] = dict.fromkeys(SUMS, 0) | {"planned": planned, "granted": granted}
        for movement in self.counted(day):
            sign = -1 if movement["reverses"] else 1
            mode = self.grants[movement["grant_id"]]["payment_mode"]
            change = effect(movement["kind"], mode, sign * minor(movement["amount"]))
            share = shares[movement["line_id"], movement["grant_id"]]
            for name in SUMS:
                share[name] += change[name]
        for (_, grant), share in shares.items():
            if self.grants[grant]["kind"] == "in_kind":
                share["available"] = share["planned"] - share["contributed"]
            else:
                limit = min(share["planned"], share["granted"]) if self.decision else share["planned"]
                share["available"] = limit - share["committed"]
            share["prefinanced"] = max(share["spent"] - share["disbursed"], 0)
            share["borne_by_partner"] = max(share["spent"] - share["granted"], 0)
        return shares

    def partners(self, day):
        """By partner and grant; whoever was paid without being named stands under None."""
        sums = defaultdict(lambda: dict.fromkeys(FLOWS, 0))
        for movement in self.counted(day):
            amount = minor(movement["amount"]) * (-1 if movement["reverses"] else 1)
            payer, payee, grant = movement["payer_id"], movement["payee_id"], movement["grant_id"]
            if movement["kind"] in ("disbursement", "repayment", "transfer"):
                sums[payer, grant]["passed_on"] += amount
                sums[payee, grant]["received"] += amount
            elif movement["kind"] == "expenditure":
                sums[payer, grant]["spent"] += amount
            elif movement["kind"] == "in_kind":
                sums[payer, grant]["contributed"] += amount
        return sums

    def key(self, line, grant, by):
        of = self.lines[line]
        return {
            "line": line,
            "category": of["category"],
            "axis": of["axis"],
            "year": str(of["year"]),
            "funder": self.grants[grant]["funder_id"],
            "budget": of["budget_id"],
            "programme": self.programme["id"],
        }[by]

    def rate(self, grant, to, day):
        """One unit of the grant's currency in another, as a fraction, by what its funder asks; None where there is none."""
        grant = self.grants[grant]
        policy = self.policies.get(grant["funder_id"], "monthly")
        if grant["currency"] == to:
            return Fraction(1)
        if policy == "exchange":
            amount = original = 0
            for movement in self.counted(day):
                paid = movement["original"]
                if movement["grant_id"] == grant["id"] and paid and not movement["rate_id"] and paid["currency"] == to:
                    sign = -1 if movement["reverses"] else 1
                    amount += sign * Fraction(minor(movement["amount"]), scale(movement["amount"]))
                    original += sign * Fraction(minor(paid), scale(paid))
            return original / amount if amount > 0 and original > 0 else None
        found = []
        for rate in self.rates:
            pair = (rate["from"], rate["to"])
            forward, backward = pair == (grant["currency"], to), pair == (to, grant["currency"])
            if rate["corrected_by"] or rate["valid_on"] > day or not (forward or backward):
                continue
            if policy == "monthly" and rate["valid_on"][:7] != day[:7]:
                continue
            if policy == "average" and rate["valid_on"] < self.programme["starts_on"]:
                continue
            rank = (rate["programme_id"] is None, not forward)
            found.append((rank, rate["valid_on"], Fraction(rate["rate"]), forward))
        if not found:
            return None
        found.sort(key=lambda rate: rate[:2])
        best = [rate for rate in found if rate[0] == found[0][0]]
        value = best[0][2]
        if policy == "average":
            value = Fraction(half_even(sum(rate[2] for rate in best) / len(best) * 10**10), 10**10)
        return value if best[0][3] else 1 / value


class Check:
    def __init__(self):
        self.figures = 0
        self.faults = []

    def same(self, where, wanted, served):
        self.figures += 1
        if wanted != served:
            self.faults.append(f"{where}: the ledger gives {wanted}, the API {served}")

    def totals(self, where, wanted, served, names):
        served = {(total["currency"], total["kind"]): total for total in served}
        self.same(f"{where}, currencies and kinds", sorted(wanted), sorted(served))
        for key in sorted(set(wanted) & set(served)):
            for name in names:
                self.same(f"{where}, {' '.join(key)}, {name}", wanted[key][name], minor(served[key][name]))


def added(rows, names, of):
    totals = defaultdict(lambda: dict.fromkeys(names, 0))
    for key, row in rows:
        for name in names:
            totals[of(key)][name] += row[name]
    return dict(totals)


def converted(ledger, rows, names, to, day):
    """Every amount of every row is converted and rounded by itself, then added."""
    totals = defaultdict(lambda: dict.fromkeys(names, 0))
    missing = set()
    for (_, grant), row in rows:
        of = ledger.grants[grant]
        rate = ledger.rate(grant, to, day)
        if rate is None:
            missing.add(grant)
            continue
        factor = rate * Fraction(ledger.scales[to], ledger.scales[of["currency"]])
        for name in names:
            totals[to, of["kind"]][name] += half_even(row[name] * factor)
    return dict(totals), missing


def check_day(api, ledger, check, day, into):
    programme = ledger.programme["id"]
    path = f"/programmes/{programme}/balances"
    money = lambda key: (ledger.grants[key[1]]["currency"], ledger.grants[key[1]]["kind"])
    rows = sorted(ledger.shares(day).items())
    for by in GROUPS:
        answer = api.get(path, as_of=day, by=by, **{"in": into})
        check.totals(f"{day}, all", added(rows, SHOWN, money), answer["totals"], SHOWN)
        groups = defaultdict(list)
        for key, row in rows:
            groups[ledger.key(*key, by)].append((key, row))
        served = {group["key"]: group for group in answer["groups"]}
        check.same(f"{day}, {by}, groups", sorted(map(str, groups)), sorted(map(str, served)))
        for key in set(groups) & set(served):
            where = f"{day}, {by} {key}"
            check.totals(where, added(groups[key], SHOWN, money), served[key]["totals"], SHOWN)
            totals, missing = converted(ledger, groups[key], SHOWN, into, day)
            check.totals(f"{where} in {into}", totals, served[key]["converted"]["totals"], SHOWN)
            named = {of["grant_id"] for of in served[key]["converted"]["missing"]}
            check.same(f"{where} in {into}, without a rate", sorted(missing), sorted(named))
    check_partners(api, ledger, check, day, into, path, money)


def check_partners(api, ledger, check, day, into, path, money):
    answer = api.get(path, as_of=day, by="partner", **{"in": into})
    rows = defaultdict(list)
    for key, row in ledger.partners(day).items():
        if any(row.values()):
            rows[key[0]].append((key, row))
    served = {of["partner_id"]: of for of in answer["partners"]}
    for partner in rows:
        check.same(f"{day}, partner {partner} is served", True, partner in served)
        if partner in served:
            totals = {key: row for key, row in added(rows[partner], FLOWS, money).items()}
            shown = [t for t in served[partner]["totals"] if (t["currency"], t["kind"]) in totals]
            check.totals(f"{day}, partner {partner}", totals, shown, FLOWS)
    nets = defaultdict(int)
    for of in answer["partners"]:
        for total in of["totals"]:
            nets[total["currency"]] += minor(total["net"])
    for currency, net in nets.items():
        check.same(f"{day}, all partners in {currency}", 0, net)


def ten_days(ledger):
    days = sorted(movement["booked_on"] for movement in ledger.movements)
    if not days:
        return [date.today().isoformat()]
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    step = max((last - first).days / 8, 1)
    return [(first - timedelta(days=1) + timedelta(days=round(n * step))).isoformat() for n in range(10)]


def main(base, programme, *days):
    api, check = Api(base), Check()
    ledger = Ledger(api, programme)
    for day in days or ten_days(ledger):
        day = min(day, date.today().isoformat()) if not days else day
        for into in sorted(ledger.scales):
            check_day(api, ledger, check, day, into)
    for fault in check.faults[:40]:
        print(fault)
    print(f"{check.figures} figures of {len(ledger.movements)} movements compared, {len(check.faults)} differ")
    return 1 if check.faults or not check.figures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
