"""What the demo shows: the story cohort told to the API, what was concluded, what is due, and the reminders that arrived."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from backend.devstack import cohort, mail, one_time_code
from backend.devstack.cohort import PASSWORD, Person
from backend.devstack.stack import Stack
from notifications.catalogue import words_in
from notifications.domain.stages import is_reminded

CLINIC = "Invented Clinic"
PRESCRIBER = ("Dr. Bell (invented)", "bell@example.org")
SURVEY = "data/nhanes_2013_2014_men.csv"
# Sweeps come every two seconds; a slow machine may take its time, but not for ever.
DELIVERY_SECONDS = 90.0
_STATES = {
    "current": "current",
    "superseded_by_change": "superseded by a change",
    "stale": "too old",
    "no_data": "no result",
}
_KINDS = {
    "lab_e2_t": "E2 + T",
    "dexa": "DEXA",
    "ai_review": "review of the AI",
    "denosumab": "denosumab",
    "pre_denosumab": "labs before it",
}
_ALONG = {
    "vitamin_d": "vitamin D",
    "pth": "PTH",
    "psa": "PSA",
    "bone_markers": "bone markers",
    "blood_pressure": "blood pressure",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One man of the story: what the file says of him, he himself signed in, and the uid by which his clinic finds him."""

    man: Mapping[str, Any]
    himself: Person
    uid: str

    @property
    def name(self) -> str:
        name: str = self.man["name"]
        return name.removesuffix(" Invented")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.man["zone"])


@dataclass(frozen=True, slots=True)
class Story:
    """All men of the story, and their prescriber signed in."""

    men: tuple[Told, ...]
    bell: Person


def tell(stack: Stack, console: Console) -> Story:
    """Set up the clinic, and let each man tell his story to the API."""
    now = datetime.now(UTC)
    clinic = _set_up_clinic(stack)
    api = cohort.Api(stack.web_url, partial(mail.messages, stack.mail_folder))
    bell = api.sign_in(name=PRESCRIBER[0], email=PRESCRIBER[1])
    if bell is None:
        raise cohort.RefusedError("Dr. Bell cannot sign in although the clinic was just set up.")
    men = cohort.men()
    told = []
    with _progress(console) as progress:
        task = progress.add_task("Invented men tell their stories to the API", total=len(men))
        for man in men:
            himself = api.sign_up(man)
            told.append(Told(man, himself, cohort.tell(man, himself, bell, clinic, now=now)))
            progress.advance(task)
    return Story(tuple(told), bell)


def report(stack: Stack, console: Console, story: Story) -> bool:
    """Print verdicts, due items, delivered reminders and the survey; False where fewer reminders arrived than promised."""
    console.print(_verdicts(story))
    console.print(_due(story))
    kept = _reminders(stack, console, story)
    console.print(_survey(stack, console))
    _sign_ins(console, story)
    return kept


def _set_up_clinic(stack: Stack) -> str:
    made = stack.run_manage(
        "create_clinic",
        CLINIC,
        "--email",
        PRESCRIBER[1],
        "--prescriber",
        PRESCRIBER[0],
        "--administers",
        extra_env={"PRESCRIBER_PASSWORD": PASSWORD},
    )
    stack.run_manage(
        "second_factor", PRESCRIBER[1], "--seed-from-environment", extra_env={"SECOND_FACTOR_SEED": one_time_code.SEED}
    )
    uid: str = json.loads(made.strip().splitlines()[-1])["clinic"]
    return uid


def _verdicts(story: Story) -> Table:
    title = "Estradiol against the bone-protective floor. Decision support; nothing here is a dose."
    table = Table(title=title, show_lines=True)
    table.add_column("Man (invented)", max_width=18)
    table.add_column("Result, verdict, floor, source", max_width=34)
    table.add_column("In words, and how urgent: P0 first, P4 in the background", ratio=1)
    for told in story.men:
        basis = story.bell.call("GET", f"/patients/{told.uid}/evaluations/current")["basis"]
        words = [basis["headline"], *(f"[bold]{found['priority']}[/bold] {found['prescriber']}" for found in basis["findings"])]
        table.add_row(
            f"{told.name}\n[dim]{told.man['story']}[/dim]", _facts(basis), "\n".join([*words, *_answers(told, story)])
        )
    return table


def _answers(told: Told, story: Story) -> Iterator[str]:
    """What his prescriber did about what was found."""
    for episode in story.bell.call("GET", f"/patients/{told.uid}/episodes")["results"]:
        about = episode["family"].replace("_", " ")
        if episode["outcome"]:
            done = episode["outcome"].replace("_", " ")
            yield f"[green]{about}: {done}[/green] ({episode['acknowledged_by']}) {episode['note']}"
        elif episode["state"] == "snoozed":
            until = datetime.fromisoformat(episode["snoozed_until"]).astimezone(told.zone)
            yield f"[green]{about}: put off until {until:%d %b}[/green] ({episode['snoozed_by']}) {episode['snooze_reason']}"


def _facts(basis: Mapping[str, Any]) -> str:
    """The last estradiol exactly as reported; the verdict and its state; the floor, whose it is, and its source."""
    result = basis["result"]
    verdict = f"[bold]{basis['word']}[/bold] · {_STATES[basis['verdict']['state']]}"
    if result is None:
        return f"no estradiol\n{verdict}"
    limits, floor = result["thresholds"], result["floor"]
    (rule,) = [rule for rule in basis["rules"] if rule["id"] == floor["rule"]]
    sources = "; ".join(_short_citation(source) for source in rule["sources"])
    # The version of the rulebook without its digest.
    whose = floor["whose"].partition("+")[0]
    return f"{result['text']}\n{verdict}\nfloor {limits['floor']} {limits['unit']}, {whose}\n[dim]{sources}[/dim]"


def _short_citation(citation: str) -> str:
    """First author and year of "Mellstrom D, ... J Bone Miner Res 23:1552-60, 2008. doi:..."."""
    author = citation.partition(" ")[0].rstrip(",.")
    year = re.search(r", (\d{4})\.", citation)
    return f"{author} {year[1]}" if year else author


def _due(story: Story) -> Table:
    table = Table(title="What is due next, and why")
    for column in ("Man", "What", "From", "Due", "Overdue from"):
        table.add_column(column)
    table.add_column("Why", ratio=1)
    for told in story.men:
        along = []
        for item in story.bell.call("GET", f"/patients/{told.uid}/due-items")["results"]:
            if item["kind"] not in _KINDS:
                along.append(item)
                continue
            dates = (item["opens_on"], item["due_on"], item["overdue_on"])
            table.add_row(told.name, _KINDS[item["kind"]], *dates, item["reason"])
        if along:
            first = min(along, key=lambda item: item["due_on"])
            dates = (first["opens_on"], first["due_on"], first["overdue_on"])
            names = ", ".join(_ALONG.get(item["kind"], item["kind"]) for item in along)
            table.add_row(told.name, "[dim]and also[/dim]", *dates, f"[dim]{names}; the dates are of the first.[/dim]")
        table.add_section()
    return table


def _reminders(stack: Stack, console: Console, story: Story) -> bool:
    """Wait until the worker has delivered what is due by today in each man's zone; show what arrived."""
    total = sum(_promised(told) for told in story.men)
    # Several things that are due are one message outside the app.
    by_mail_total = sum(_promised(told) > 0 for told in story.men)
    deadline = time.monotonic() + DELIVERY_SECONDS
    reminds = words_in("en").outside["title"]  # codes of the sign-in lie in the same folder
    with _progress(console) as progress:
        inbox = progress.add_task("Reminders delivered by the worker: inbox", total=total)
        by_mail = progress.add_task("Reminders delivered by the worker: e-mail", total=by_mail_total)
        while True:
            messages = [(told, message) for told in story.men for message in told.himself.call("GET", "/inbox")["results"]]
            mails = [sent for sent in mail.messages(stack.mail_folder) if sent["Subject"] == reminds]
            progress.update(inbox, completed=len(messages))
            progress.update(by_mail, completed=len(mails))
            if (len(messages) >= total and len(mails) >= by_mail_total) or time.monotonic() > deadline:
                break
            time.sleep(0.5)
    console.print(_delivered(messages, len(mails)))
    kept = len(messages) >= total and len(mails) >= by_mail_total
    if not kept:
        console.print(
            f"[red]{total} reminders were promised in the inbox and {by_mail_total} by e-mail; {len(messages)} and "
            f"{len(mails)} arrived.[/red] The logs of worker and beat are in {stack.logs}."
        )
    return kept


def _promised(told: Told) -> int:
    """How many of the due items that he is reminded of have a window that is open today, where he lives.

    Each brings one reminder on each channel.
    """
    today = datetime.now(told.zone).date().isoformat()
    items = told.himself.call("GET", "/due-items")["results"]
    return sum(1 for item in items if item["opens_on"] <= today and is_reminded(item["kind"], item["audience"]))


def _delivered(messages: list[tuple[Told, Mapping[str, Any]]], mails: int) -> Table:
    table = Table(title=f"Reminders delivered: {len(messages)} in the inbox, {mails} by e-mail (discreet: they name nothing)")
    for column in ("Man", "His time", "Inbox, after sign-in"):
        table.add_column(column)
    for told, message in messages:
        at = datetime.fromisoformat(message["created_at"]).astimezone(told.zone)
        table.add_row(told.name, f"{at:%d %b %H:%M} {told.zone}", message["body"])
    return table


def _survey(stack: Stack, console: Console) -> Table:
    with console.status("A public survey of 2,823 men is loaded and evaluated ..."):
        printed = stack.run_manage("import_survey", SURVEY, "--list-taking", "testosterone")
    men = json.loads(printed.strip().splitlines()[-1])
    men.sort(key=lambda man: ("anastrozole" not in man["uses"], man["key"]))
    table = Table(title="Real men of a public US survey (2013-2014) who take testosterone; one draw each, statistical records")
    for column in ("Key", "Age", "Estradiol", "Testosterone", "Also takes (dose not known)", "Tier by LC-MS/MS floor"):
        table.add_column(column)
    for man in men:
        labs, verdict = man["labs"], man["evaluation"]["verdict"]
        table.add_row(
            man["key"],
            man["facts"]["age_years"],
            labs.get("estradiol", "–"),
            labs.get("testosterone_total", "–"),
            ", ".join(man["uses"]),
            str(verdict["tier"]).replace("_", " "),
        )
    return table


def _sign_ins(console: Console, story: Story) -> None:
    console.print(f"\nSign-ins of the demo, all with the password [bold]{PASSWORD}[/bold]:")
    console.print(f"  prescriber (admin, API)   {PRESCRIBER[1]}", highlight=False)
    console.print(
        "    and a one-time code:    [bold]make code[/bold] prints the one that holds now, or add the seed "
        f"{one_time_code.SEED} to an app",
        highlight=False,
    )
    console.print(
        f"  men (API)                 {story.men[0].himself.email}, {story.men[1].himself.email}, ...", highlight=False
    )


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
