"""The story cohort: read from cohort.toml and told to the API, the way an app and a clinic would."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from backend.accounts.words import CODES

# Known to everybody who reads this: the demo listens on loopback only.
PASSWORD = "invented-for-the-demo"  # noqa: S105  public, as said above
CODE_SUBJECT = CODES["account/email/email_confirmation"].title
_FILE = Path(__file__).with_name("cohort.toml")
_DRAWN_AT = time(7, 40)
_TAKEN_AT = time(8, 0)
# Hours around now that are not quiet, so that the demo shows its reminders by night as well.
_AWAKE_HOURS = 8


class RefusedError(Exception):
    """The API refused what the demo sent; the text names the man, the request and the problem."""


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in account of the demo, and a way to call the API as him."""

    name: str
    email: str
    client: httpx.Client

    def call(self, method: str, path: str, body: object = None, *, accept: tuple[int, ...] = ()) -> Any:
        """The answer's JSON (None where it has none); raises :class:`RefusedError` unless 2xx or among ``accept``."""
        answer = self.client.request(method, f"/api/v1{path}", json=body)
        if not answer.is_success and answer.status_code not in accept:
            raise RefusedError(f"{self.name}: {method} {path} was refused: {answer.text}")
        return answer.json() if answer.content else None


@dataclass(frozen=True, slots=True)
class Api:
    """Where the API is, and the mail that people get from it. A test puts a transport of its own in place of the network."""

    base_url: str
    delivered: Callable[[], Iterable[EmailMessage]]
    transport: httpx.BaseTransport | None = None

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, timeout=30, headers=headers, transport=self.transport)

    def sign_in(self, *, name: str, email: str) -> Person | None:
        """Sign in; None where there is no such account yet."""
        with self.client() as client:
            answer = client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            return None
        return self._signed_in(answer, name, email)

    def sign_up(self, man: Mapping[str, Any]) -> Person:
        """Make the account and open its record, or find both where a former run made them."""
        name, email = man["name"], email_of(man)
        himself = self.sign_in(name=name, email=email)
        if himself is None:
            with self.client() as client:
                answer = client.post("/api/v1/auth/signup", json={"email": email, "password": PASSWORD})
            himself = self._signed_in(answer, name, email)
        # 409: it was opened, and something of it changed since.
        body = {"name": name, "birth_date": man["born"], "zone": man["zone"]}
        himself.call("POST", "/profile", body, accept=(httpx.codes.CONFLICT,))
        return himself

    def _signed_in(self, answer: httpx.Response, name: str, email: str) -> Person:
        """Whoever answers thus; with the code from his mail, where his address is not verified yet."""
        if answer.status_code == httpx.codes.ACCEPTED:
            with self.client(**{"X-Session-Token": answer.json()["meta"]["session_token"]}) as client:
                answer = client.post("/api/v1/auth/email/verify", json={"key": self._code(email)})
        if answer.status_code != httpx.codes.OK:
            raise RefusedError(f"{name} cannot sign in: {answer.text}")
        return Person(name, email, self.client(Authorization=f"Bearer {answer.json()['meta']['access_token']}"))

    def _code(self, email: str) -> str:
        """The code that was sent to this address last."""
        texts = [_plain(mail) for mail in self.delivered() if mail["To"] == email and mail["Subject"] == CODE_SUBJECT]
        if not texts:
            raise RefusedError(f"No code arrived for {email}.")
        return code_in(texts[-1])


def _plain(mail: EmailMessage) -> str:
    """The text of a message for those who read no HTML."""
    part = mail.get_body(("plain",))
    assert part is not None, "every mail of ours has a plain part"
    return str(part.get_content())


def code_in(text: str) -> str:
    """The code in a message that brings one."""
    return text.partition("\n")[0].rpartition(" ")[2].strip()


def men() -> list[dict[str, Any]]:
    """The men of the story as the file has them."""
    with _FILE.open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["men"]
    return found


def email_of(man: Mapping[str, Any]) -> str:
    return f"{man['name'].split()[0].lower()}@example.org"


def tell(man: Mapping[str, Any], himself: Person, clinic: Person, clinic_uid: str, *, now: datetime) -> str:
    """Everything of one man's story, in the order of life. Ids are the story's own, so a second run stores nothing twice.

    Returns the uid under which his clinic finds him.
    """
    himself.call("PUT", "/preferences", awake_now(man["zone"], now))
    himself.call("POST", "/consents", {"clinic": clinic_uid})
    uid: str = himself.call("GET", "/profile")["uid"]
    today = now.astimezone(ZoneInfo(man["zone"])).date()
    for by, path, body in _statements(man, today):
        teller, prefix = (himself, "") if by == "man" else (clinic, f"/patients/{uid}")
        # 409: a run on an earlier day told it, counted from that day. It stays as it was told.
        teller.call("POST", f"{prefix}{path}", body, accept=(httpx.codes.CONFLICT,))
    if "asks" in man:
        himself.call("POST", "/titration", {"client_id": "asks", "words": man["asks"]}, accept=(httpx.codes.CONFLICT,))
    _set_floor(man, clinic, f"/patients/{uid}", today)
    _answer(man, clinic, f"/patients/{uid}", now)
    return uid


def _set_floor(man: Mapping[str, Any], clinic: Person, his: str, today: date) -> None:
    """The floor that his prescriber sets, unless a former run set one."""
    floor = man.get("floor")
    if floor is None or clinic.call("GET", f"{his}/overrides/floors")["results"]:
        return
    expires_on = (today + timedelta(days=floor["expires_in"])).isoformat()
    body = {"floor": floor["pg_ml"], "reason": floor["reason"], "expires_on": expires_on}
    clinic.call("POST", f"{his}/overrides/floors", body)


def _answer(man: Mapping[str, Any], clinic: Person, his: str, now: datetime) -> None:
    """What his prescriber did about episodes. One that somebody answered already, or that has ended, is left alone."""
    answers = man.get("answers")
    if not answers:
        return
    standing = {episode["family"]: episode for episode in clinic.call("GET", f"{his}/episodes")["results"]}
    for answer in answers:
        episode = standing.get(answer["family"])
        if episode is None or any(event["what"] in _ANSWERED for event in episode["events"]):
            continue
        at = f"{his}/episodes/{episode['uid']}"
        if "outcome" in answer:
            body = {"outcome": answer["outcome"], "note": answer["note"], "revision": episode["revision"]}
            clinic.call("POST", f"{at}/acknowledge", body)
        else:
            until = (now + timedelta(days=answer["put_off_days"])).isoformat()
            body = {"until": until, "reason": answer["reason"], "revision": episode["revision"]}
            clinic.call("POST", f"{at}/snooze", body)


def awake_now(zone: str, now: datetime) -> dict[str, Any]:
    """Preferences under which this very hour is his preferred one and his night is far away."""
    local = now.astimezone(ZoneInfo(zone))
    quiet_from, quiet_until = (local + timedelta(hours=hours) for hours in (_AWAKE_HOURS, 24 - _AWAKE_HOURS))
    return {
        "preferred_hour": local.hour,
        "quiet_from": f"{quiet_from:%H}:00",
        "quiet_until": f"{quiet_until:%H}:00",
    }


_ABOUT_THE_DRAW = {"ago", "by", "method", "laboratory", "biotin", "fasting", "range_high"}
_ANSWERED = {"acknowledged", "snoozed"}
_BY_METHOD = ("estradiol", "testosterone_total")
Statement = tuple[str, str, dict[str, Any] | list[dict[str, Any]]]


def _statements(man: Mapping[str, Any], today: date) -> Iterator[Statement]:
    """(by, path, body) of all that is recorded about him."""
    zone = man["zone"]
    day: Callable[[float], date] = lambda ago: today - timedelta(days=ago)  # noqa: E731  two letters beat a nested def
    for number, regimen in enumerate(_versions(man)):
        yield regimen.get("by", "clinic"), "/regimens", _regimen(regimen, f"regimen-{number}", day)
    for number, scan in enumerate(man.get("scans", ())):
        yield "clinic", "/dexa-scans", _scan(scan, f"scan-{number}", day)
    for number, factor in enumerate(man.get("risk_factors", ())):
        yield "man", "/risk-factors", {"client_id": f"risk-{number}", "code": factor}
    yield from _said_of_himself(man, day)
    for log in man.get("doses", ()):
        yield log.get("by", "man"), "/doses/bulk", list(_doses(log, zone, day))
    for number, counted in enumerate(man.get("stock", ())):
        stock = {name: said for name, said in counted.items() if name != "ago"}
        moment = {"counted_at": day(counted["ago"]).isoformat(), "zone": zone}
        yield "man", "/inventory/counts", stock | moment | {"client_id": f"stock-{number}", "kind": "count"}
    for number, draw in enumerate(man.get("labs", ())):
        for analyte in (name for name in draw if name not in _ABOUT_THE_DRAW):
            yield draw.get("by", "clinic"), "/labs", _lab(draw, analyte, f"lab-{number}-{analyte}", zone, day)
    for number, fracture in enumerate(man.get("fractures", ())):
        broken = {"occurred_at": day(fracture["ago"]).isoformat(), "site": fracture["site"], "fragility": fracture["fragility"]}
        yield "clinic", "/fractures", broken | {"client_id": f"fracture-{number}"}


def _said_of_himself(man: Mapping[str, Any], day: Callable[[float], date]) -> Iterator[Statement]:
    """Conditions, drugs used without a known dose, how he lives and how he feels."""
    for number, condition in enumerate(man.get("conditions", ())):
        body = {"client_id": f"condition-{number}", "code": condition["code"], "since": day(condition["ago"]).isoformat()}
        yield condition.get("by", "clinic"), "/risk-factors", body
    for number, use in enumerate(man.get("uses", ())):
        body = {"client_id": f"use-{number}", "drug": use["drug"], "note": use["note"]}
        yield "man", "/co-medication", body | ({"since": day(use["ago"]).isoformat()} if "ago" in use else {})
    for number, measure in enumerate(man.get("lifestyle", ())):
        value, _, unit = measure["amount"].partition(" ")
        body = {"client_id": f"measure-{number}", "code": measure["code"], "value": value, "unit": unit}
        yield "man", "/lifestyle", body | {"since": day(measure["ago"]).isoformat()}
    for number, felt in enumerate(man.get("feels", ())):
        items = [(code, score) for code, score in felt.items() if code != "ago"]
        stated = {"felt_at": day(felt["ago"]).isoformat(), "zone": man["zone"]}
        yield (
            "man",
            "/symptoms/bulk",
            [{"client_id": f"felt-{number}-{code}", "code": code, "score": score, **stated} for code, score in items],
        )


def _versions(man: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """His regimens. One that was renewed, at its review, is two: the same terms again, and only the later has the date."""
    for regimen in man.get("regimens", ()):
        if "renewed" not in regimen:
            yield regimen
            continue
        yield {name: said for name, said in regimen.items() if name != "review_in"} | {"until": regimen["renewed"]}
        yield regimen | {"ago": regimen["renewed"]}


def _regimen(regimen: Mapping[str, Any], client_id: str, day: Callable[[float], date]) -> dict[str, Any]:
    schedule = (
        {"kind": "daily", "times": regimen["times"]} if "times" in regimen else {"kind": "every", "days": regimen["every"]}
    )
    body = {
        "client_id": client_id,
        "drug": regimen["drug"],
        "dose_mg": regimen["dose_mg"],
        "schedule": schedule,
        "starts_on": day(regimen["ago"]).isoformat(),
        "reason": regimen["reason"],
        "confirmed_reason": "as told in the demo",
    }
    if "until" in regimen:
        body["ends_on"] = day(regimen["until"]).isoformat()
    if "review_in" in regimen:
        body["review_on"] = day(-regimen["review_in"]).isoformat()
    return body


def _scan(scan: Mapping[str, Any], client_id: str, day: Callable[[float], date]) -> dict[str, Any]:
    site = {"region": "total_hip", "side": "left", "bmd": scan["total_hip"], "unit": "g/cm2"}
    site |= {name: scan[name] for name in ("t_score", "z_score", "lsc") if name in scan}
    return {
        "client_id": client_id,
        "scanned_on": day(scan["ago"]).isoformat(),
        "device": scan["device"],
        "reference": scan["reference"],
        "facility": "Invented Imaging",
        "sites": [site],
    }


def _doses(log: Mapping[str, Any], zone: str, day: Callable[[float], date]) -> Iterator[dict[str, Any]]:
    ago = float(log["from"])
    while ago >= log.get("until", 1):
        yield {
            "client_id": f"dose-{log['drug'][:12]}-{ago:g}",
            "drug": log["drug"],
            "amount_mg": log["mg"],
            "taken_at": _at(day(ago), _TAKEN_AT, zone),
            "zone": zone,
        }
        ago -= log["every"]


def _lab(draw: Mapping[str, Any], analyte: str, client_id: str, zone: str, day: Callable[[float], date]) -> dict[str, Any]:
    value, _, unit = draw[analyte].partition(" ")
    body: dict[str, Any] = {
        "client_id": client_id,
        "analyte": analyte,
        "value": value,
        "unit": unit,
        "collected_at": _at(day(draw["ago"]), _DRAWN_AT, zone),
        "zone": zone,
        "laboratory": draw.get("laboratory", "Invented Laboratory"),
        "confirmed_reason": "as told in the demo",
    }
    body |= {name: draw[name] for name in ("biotin", "fasting") if name in draw}
    if analyte == "estradiol" and "range_high" in draw:
        body["range_high"] = draw["range_high"]
    if analyte in _BY_METHOD:
        body["method"] = draw["method"]
        if draw.get("by", "clinic") == "clinic":
            body["verified_from_report"] = True
    return body


def _at(day: date, at: time, zone: str) -> str:
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC).isoformat()
