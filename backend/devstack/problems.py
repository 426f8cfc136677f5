"""What can go wrong while setting up, in words for the person at the terminal."""

from pathlib import Path


class SetupError(Exception):
    """A set-up step failed. `str()` is one plain sentence that says what to do; `log` is where the details are."""

    def __init__(self, sentence: str, *, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log

    def report(self) -> str:
        """The sentence and what the log ends with."""
        return f"{self}\n{self.tail()}".rstrip()

    def tail(self, lines: int = 20) -> str:
        """The last lines of the log under a heading, "" where there is no log."""
        if self.log is None or not self.log.exists():
            return ""
        last = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"The last lines of {self.log}:", *(f"  {line}" for line in last)])


class ProcessDiedError(SetupError):
    """A process that should serve has ended."""
