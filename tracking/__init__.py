"""Lab series, doses, scans, their evaluation, and what is due: the record of one man and what follows from it."""
