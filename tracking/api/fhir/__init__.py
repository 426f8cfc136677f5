"""FHIR R4 out of one man's record, to be read by other systems; and a transaction Bundle in, as an import."""
