"""The embedded services and real processes behind `make demo` and `make test`. Never imported in production."""
