"""What can go wrong while setting up, in words for the person at the terminal."""

from pathlib import Path


class SetupError(Exception):
    """A set-up step failed. `str()` is one plain sentence that says what to do; `log` is where the details are."""

    def __init__(self, sentence: str, *, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log

    def report(self, lines: int = 20) -> str:
        """The sentence, followed by the last lines of the log, where there is one."""
        if self.log is None or not self.log.exists():
            return str(self)
        tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([str(self), f"The last lines of {self.log}:", *(f"  {line}" for line in tail)])


class ProcessDiedError(SetupError):
    """A process that should serve has ended."""
