import pytest
from django import forms

from tracking.admin import problems
from tracking.domain.problems import Issue, Problem


class Sample(forms.Form):
    pointers = {"collected_at": "drawn_on", "schedule/days": "every_days"}
    value = forms.CharField(required=False)
    drawn_on = forms.CharField(required=False)
    every_days = forms.CharField(required=False)


class Part(forms.Form):
    bmd = forms.CharField(required=False)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/value", "value"),
        ("/value/deep", "value"),
        ("/collected_at", "drawn_on"),
        ("/schedule/days", "every_days"),
        ("/schedule", "__all__"),
        ("/unheard_of", "__all__"),
        ("/sites/0/bmd", "__all__"),
        ("", "__all__"),
    ],
)
def test_an_issue_lands_on_the_field_it_points_to(pointer, field):
    form = Sample({})
    assert form.is_valid()
    problems.show(Problem(Issue(pointer, "no", "{what} is wrong.", {"what": "This"})), form)
    assert form.errors == {field: ["This is wrong."]}


def test_an_issue_of_a_repeated_part_lands_in_that_part():
    form, parts = Sample({}), [Part({}), Part({})]
    assert all(part.is_valid() for part in (form, *parts))
    refused = Problem(
        Issue("/sites/1/bmd", "no", "Too low."), Issue("/sites/0", "twice", "Twice."), Issue("/sites", "none", "None.")
    )
    problems.show(refused, form, {"sites": parts})
    assert parts[1].errors == {"bmd": ["Too low."]}
    assert parts[0].errors == {"__all__": ["Twice."]}
    assert form.errors == {"__all__": ["None."]}


def test_an_issue_of_a_hidden_field_is_said_where_it_can_be_seen():
    form = Sample({})
    form.fields["key"] = forms.CharField(required=False, widget=forms.HiddenInput)
    problems.show(Problem(Issue("/key", "taken", "Taken.")), form)
    assert form.errors == {"__all__": ["Taken."]}


def test_every_issue_is_shown():
    form = Sample({})
    problems.show(Problem(Issue("/value", "a", "One."), Issue("/value", "b", "Two.")), form)
    assert form.errors == {"value": ["One.", "Two."]}
