"""Requests generated from the OpenAPI document, signed in and not, against a server with demonstration data.

Fails on a 5xx, a status or a body that the document does not describe, and on an operation that, signed in, never
answered 2xx. Ends with one line that counts: every operation is one check per run.
"""

import argparse
import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: They would end the session that the run rests on.
LEFT_OUT = ["logout", "logout_everywhere", "change_password"]
#: With up to so many examples per operation both runs together end within ten minutes on two cores that do nothing else;
#: a busy machine gets half as much again.
SHORT = 50
SHORT_SECONDS = 880
STOPS_WITHIN = 10


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--base-url", required=True)
    arguments.add_argument("--max-examples", type=int, default=SHORT)
    arguments.add_argument("--only", help="run one operation")
    arguments.add_argument("--who", choices=["administrator", "stranger"], help="run as one of the two")
    options = arguments.parse_args()
    callers = [options.who] if options.who else ["administrator", "stranger"]
    # Side by side: each run is one process that mostly waits for itself.
    with concurrent.futures.ThreadPoolExecutor() as executor:
        outcomes = list(executor.map(lambda who: run(options, who == "administrator"), callers))
    passed = failed = 0
    for text, one, other in outcomes:
        print(text, flush=True)
        passed, failed = passed + one, failed + other
    print(f"{passed} passed, {failed} failed, {len(LEFT_OUT)} skipped")
    sys.exit(1 if failed or not passed else 0)


def run(options, signed_in):
    """One run: what it said, and how many operations passed and failed."""
    name = "signed in" if signed_in else "not signed in"
    text = [f"-- {name}, up to {options.max_examples} examples per operation"]
    with tempfile.TemporaryDirectory(prefix="parvis-schemathesis-") as folder:
        report, answers = Path(folder, "report.xml"), Path(folder, "answers.json")
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "hooks",
            "PARVIS_BASE_URL": options.base_url,
            "PARVIS_SIGNED_IN": "1" if signed_in else "0",
            "PARVIS_ANSWERS": str(answers),
        }
        limit = SHORT_SECONDS if options.max_examples <= SHORT else None
        said, status = follow(command(options, report, signed_in), environment, folder, limit)
        text.append(said)
        passed, failed = count(report)
        if status is None:
            text.append(f"{name}: not done after {limit} s")
            failed += 1
        elif status not in (0, 1) or passed + failed == 0:
            text.append(f"{name}: Schemathesis ended with {status}")
            failed += 1
        if signed_in and answers.exists():
            never = never_succeeded(**json.loads(answers.read_text(encoding="utf-8")))
            text += never
            failed += len(never)
        return "\n".join(text), passed, failed


def follow(line, environment, folder, limit):
    """What it said, and how it ended: None where it had to be stopped, which it answers with how far it came."""
    process = subprocess.Popen(
        line, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said, _ = process.communicate(timeout=limit)
        return said, process.returncode
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        said, _ = process.communicate(timeout=STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    return said, None


def command(options, report, signed_in):
    program = Path(sys.executable).with_name("schemathesis")
    # Strangers are turned away before anybody looks at the edges of their fields: only the long run has time to see it.
    edges = signed_in or options.max_examples > SHORT
    line = [
        str(program), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{options.base_url}/api/openapi.json",
        "--max-examples", str(options.max_examples),
        "--phases", "examples,coverage,fuzzing" if edges else "examples,fuzzing",
        "--generation-database", "none",
        "--generation-with-security-parameters", "false",
        "--suppress-health-check", "all",
        "--request-timeout", "30",
        "--seed", "42",
        "--continue-on-failure",
        "--warnings", "off",
        "--no-color",
        "--report", "junit", "--report-junit-path", str(report),
    ]
    for operation in LEFT_OUT:
        line += ["--exclude-operation-id", operation]
    if options.only:
        line += ["--include-operation-id", options.only]
    return line


def count(report):
    """Operations that passed and failed, by the report."""
    try:
        tests = ElementTree.parse(report).iter("testcase")
    except (FileNotFoundError, ElementTree.ParseError):
        return 0, 0
    outcomes = {}
    for test in tests:
        bad = test.find("failure") is not None or test.find("error") is not None
        outcomes[test.get("name")] = outcomes.get(test.get("name"), False) or bad
    failed = sum(outcomes.values())
    return len(outcomes) - failed, failed


def never_succeeded(answers, faults):
    """Operations that were asked and never did what they are for, each with what kept its sample from being made."""
    return [
        f"{operation} never answered 2xx: {statuses} {faults.get(operation, '')}".rstrip()
        for operation, statuses in sorted(answers.items())
        if not any(200 <= int(status) < 300 for status in statuses)
    ]


if __name__ == "__main__":
    main()
