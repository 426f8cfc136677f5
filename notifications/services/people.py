"""How men are reached and how they want to be: read for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notifications.catalogue import words_in
from notifications.channels import CHANNELS, Reached, Target
from notifications.domain.hours import Hours, zone_named
from notifications.domain.ways import chosen, stand_in
from notifications.domain.words import Catalogue
from notifications.models import INBOX, Device, Preference
from tracking.services import access


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How one man is reminded. ``zone`` is None where what stands on his record is no IANA zone."""

    patient_id: int
    zone: ZoneInfo | None
    reached: Reached
    preference: Preference

    @property
    def hours(self) -> Hours:
        return self.preference.hours

    @property
    def catalogue(self) -> Catalogue:
        return words_in(self.preference.language)

    @property
    def reachable(self) -> tuple[str, ...]:
        """The ways out of the house that lead to him, the first choice first."""
        return tuple(name for name in CHANNELS if self.targets(name))

    def targets(self, way: str) -> tuple[Target, ...]:
        channel = CHANNELS.get(way)
        return () if channel is None else tuple(channel.targets(self.reached))

    def ways(self, kind: str, *, time_critical: bool) -> tuple[str, ...]:
        """The ways that a message of this kind is planned for: the inbox always."""
        return (INBOX, *chosen(kind, self.preference.wishes, self.reachable, time_critical=time_critical))

    def stand_in(self, kind: str, *, tried: Collection[str], time_critical: bool) -> str | None:
        """The way that takes over when those tried have failed."""
        return stand_in(kind, self.preference.wishes, self.reachable, tried=tried, time_critical=time_critical)


def circumstances_of(patient_ids: Collection[int]) -> dict[int, Circumstances]:
    """By patient, in three queries; a record without an account is left out."""
    people = access.contacts(patient_ids)
    preferences = {row.patient_id: row for row in Preference.objects.filter(patient_id__in=people)}
    devices: defaultdict[int, list[Target]] = defaultdict(list)
    for row in Device.objects.filter(patient_id__in=people, removed_at=None).order_by("id"):
        devices[row.patient_id].append(Target(row.kind, row.value, row.pk))
    return {
        pk: Circumstances(
            patient_id=pk,
            zone=zone_named(person.zone),
            # An account that was switched off is not signed in on any device either.
            reached=Reached(person.email, tuple(devices[pk]) if person.email else ()),
            preference=preferences.get(pk) or Preference(patient_id=pk),
        )
        for pk, person in people.items()
    }
