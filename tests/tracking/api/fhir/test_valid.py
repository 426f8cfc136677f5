"""Everything that goes out is FHIR: held against ``fhir.resources`` (R4B). The npm validators do the same in `make e2e`."""

from __future__ import annotations

import json

from fhir.resources.R4B import get_fhir_model_class


def test_every_answer_is_valid_by_fhir_resources(his, record, adam):
    path = f"/Patient/{adam.uid}/$everything"
    whole = his.get(path, {"_count": 200})
    bundle = json.loads(whole.content)
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert len(kinds) == 6
    answers = [
        whole,
        his.get("/metadata"),
        his.get("/nothing"),
        *(his.get(f"/{entry['resource']['resourceType']}/{entry['resource']['id']}") for entry in bundle["entry"]),
    ]
    for answer in answers:
        kind = json.loads(answer.content)["resourceType"]
        assert get_fhir_model_class(kind).model_validate_json(answer.content).get_resource_type() == kind
