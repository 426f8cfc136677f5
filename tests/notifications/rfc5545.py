"""A strict reader of calendars, written from RFC 5545 and 7986 alone and sharing nothing with the writer.

What deviates is refused, where a calendar program would perhaps be lenient.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

# 3.1: name *(";" param) ":" value
_NAME = r"[A-Za-z0-9-]+"
_VALUE = r'(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
_PARAM = rf"{_NAME}={_VALUE}(?:,{_VALUE})*"
_LINE = re.compile(rf"(?P<name>{_NAME})(?P<params>(?:;{_PARAM})*):(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)")
_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,Nn])*")
_DURATION = re.compile(r"P(?:\d+W|(?=.)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)")
# How often each property stands in its component: 3.6, 3.6.1, 7986 5.
_ONCE = {"VCALENDAR": {"PRODID", "VERSION"}, "VEVENT": {"UID", "DTSTAMP", "DTSTART"}}
_AT_MOST_ONCE = {
    "VCALENDAR": {"CALSCALE", "METHOD", "UID", "LAST-MODIFIED", "URL", "REFRESH-INTERVAL", "SOURCE", "COLOR", "NAME"},
    "VEVENT": {
        "CLASS",
        "CREATED",
        "DESCRIPTION",
        "LAST-MODIFIED",
        "LOCATION",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "DTEND",
    },
}
_MAY_REPEAT = {"VCALENDAR": {"DESCRIPTION", "CATEGORIES", "IMAGE"}, "VEVENT": {"CATEGORIES", "COMMENT"}}
_FORMS = {
    "SEQUENCE": re.compile(r"\d+"),
    "REFRESH-INTERVAL": _DURATION,
    "VERSION": re.compile(r"2\.0"),
    "TRANSP": re.compile("OPAQUE|TRANSPARENT"),
    "CLASS": re.compile("PUBLIC|PRIVATE|CONFIDENTIAL"),
}


@dataclass
class Property:
    name: str
    params: dict[str, str]
    value: str

    def check(self) -> None:
        """The value is of its property's type."""
        if self.name in {"DTSTAMP", "LAST-MODIFIED", "CREATED"}:
            assert self.instant
        if self.name in {"SUMMARY", "UID", "NAME", "PRODID"}:
            assert self.text
        if self.name == "REFRESH-INTERVAL":
            assert self.params == {"VALUE": "DURATION"}, "7986 5.7: there is no default type"
        form = _FORMS.get(self.name)
        assert form is None or form.fullmatch(self.value), f"{self.name}: {self.value}"

    @property
    def text(self) -> str:
        assert _TEXT.fullmatch(self.value), f"{self.name}: not TEXT (3.3.11): {self.value!r}"
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "Nn" else found[1], self.value)

    @property
    def day(self) -> date:
        assert self.params.get("VALUE") == "DATE", f"{self.name} is no whole day"
        assert re.fullmatch(r"\d{8}", self.value), self.value
        return date.fromisoformat(self.value)

    @property
    def instant(self) -> datetime:
        assert re.fullmatch(r"\d{8}T\d{6}Z", self.value), f"{self.name}: not in UTC (3.8.7.2): {self.value}"
        return datetime.strptime(self.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list[Component] = field(default_factory=list)

    def __getitem__(self, name: str) -> Property:
        (found,) = (each for each in self.properties if each.name == name)
        return found

    def check(self) -> None:
        assert self.name in _ONCE, f"{self.name} is not expected here"
        names = [each.name for each in self.properties]
        for name in set(names):
            known = name.startswith("X-") or any(name in table[self.name] for table in (_ONCE, _AT_MOST_ONCE, _MAY_REPEAT))
            assert known, f"{name} does not belong in {self.name}"
            assert names.count(name) == 1 or name in _MAY_REPEAT[self.name], f"{name} stands twice"
        assert _ONCE[self.name] <= set(names), f"{self.name} lacks {_ONCE[self.name] - set(names)}"
        for each in self.properties:
            each.check()
        if self.name == "VEVENT":
            assert self["DTSTART"].day < self["DTEND"].day, "3.8.2.2: it ends later than it begins"


def read(content: bytes) -> Component:
    """The calendar. AssertionError where it is not one, to the letter."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(0 < len(line) <= 75 for line in lines), "3.1: lines of 75 octets at most, none empty"
    unfolded = re.sub(rb"\r\n[ \t]", b"", content.removesuffix(b"\r\n")).decode("utf-8").split("\r\n")
    open_: list[Component] = []
    root: Component | None = None
    for line in unfolded:
        found = _LINE.fullmatch(line)
        assert found is not None, f"3.1: no content line: {line!r}"
        name = found["name"].upper()
        if name == "BEGIN":
            component = Component(found["value"].upper())
            if open_:
                open_[-1].inside.append(component)
            else:
                assert root is None, "two calendars"
                root = component
            open_.append(component)
        elif name == "END":
            assert open_.pop().name == found["value"].upper(), "what was begun last ends first"
        else:
            assert open_, "a property outside"
            params = dict(param.split("=", 1) for param in re.findall(_PARAM, found["params"]))
            open_[-1].properties.append(Property(name, {key.upper(): said for key, said in params.items()}, found["value"]))
    assert root is not None
    assert root.name == "VCALENDAR"
    assert not open_
    root.check()
    for event in root.inside:
        event.check()
        assert event.inside == []
    uids = [event["UID"].value for event in root.inside]
    assert len(uids) == len(set(uids)), "3.8.4.7: a UID names one event"
    return root
