# SPDX-License-Identifier: Apache-2.0
"""The instruments of a bench, held by one run from its start to its end, and safe behind it.

Whatever ends the run, outputs are made safe in the order of the file, and what the instruments say of themselves is
asked. What nobody can do from within is known to the next run: the lock file of each instrument says that it was in
use, until it was seen to be safe. So a bench that died is found, and made safe before anything else.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from enum import Enum
from types import TracebackType

from xky.protocol import BenchError, XkyError

from ..held_resource import HeldResource, held_resource
from ..instruments import Instrument, open_instrument
from .deferred_orders import orders_deferred
from .schema import SAFE_ORDER, BenchFile

__all__ = ["OpenBench", "SafeState"]


class SafeState(Enum):
    """What is known of the outputs of a bench."""

    IN_USE = "in use"
    SAFE = "stopped, bench safe"
    UNKNOWN = "died, bench unknown"


class OpenBench:
    """The instruments of a bench file, while the block of the context runs.

    Args:
        file: that says which.
        tell: told in a line what a person ought to know at once.
        only_looks: outputs are left as they are, unless a run before left them so that nobody knows.

    Attributes:
        instruments: by role, open.
        state: of the outputs.
        complaints: of instruments that were not seen to be safe, one line each.

    Raises:
        InputError: as a context: a resource's name is none.
        BenchError: as a context: an instrument does not answer, is another one, or another run has it.
    """

    def __init__(
        self, file: BenchFile, tell: Callable[[str], None] = lambda line: None, *, only_looks: bool = False
    ) -> None:
        self._file = file
        self._only_looks = only_looks
        self._tell = tell
        self._held: dict[str, HeldResource] = {}
        self._opened = ExitStack()
        self.instruments: dict[str, Instrument] = {}
        self.state = SafeState.IN_USE
        self._left: dict[str, list[str]] = {}  # by the process that died, the roles
        self.complaints: list[str] = []

    @property
    def order(self) -> Sequence[str]:
        """Roles as they are made safe."""
        return self._file.safe_order

    @property
    def before(self) -> list[str]:
        """Runs before that died, each with what it had in use; empty where the last one ended in order."""
        return [f"{process} died with {', '.join(roles)} in use" for process, roles in self._left.items()]

    def identities(self) -> list[Mapping[str, str]]:
        """Who plays which role, for the report."""
        return [
            {"role": role, "resource": one.resource, "make": one.make, "identity": one.identity}
            for role, one in self.instruments.items()
        ]

    def __enter__(self) -> "OpenBench":
        try:
            for port in self._file.ports:
                self._opened.enter_context(held_resource(port))
            self._take_all()
            self.make_safe_what_was_left()
        except BaseException:
            self._end()
            raise
        return self

    def _take_all(self) -> None:
        """One that is absent keeps nobody from making the others safe, which a run before may have left as they are."""
        errors: list[XkyError] = []
        for one in self._file.instrument:
            try:
                self.take(one.role)
            except XkyError as error:
                errors.append(error)
        for other in errors[1:]:
            self._tell(str(other))
        if errors:
            raise errors[0]

    def take(self, role: str) -> Instrument:
        """Hold and open the instrument of a role; what it puts out stays as it is.

        Raises:
            InputError: its resource's name is none.
            BenchError: it does not answer, is another one, or another run has it.
        """
        one = self._file.by_role[role]
        held = self._held[role] = self._opened.enter_context(held_resource(one.one_name))
        if held.left:
            self._left.setdefault(f"process {held.left.get('pid')}", []).append(role)
        instrument = open_instrument(role, one.resource, one.make, one.limits_si)
        self._opened.callback(instrument.close)
        self.instruments[role] = instrument
        if not held.left and not self._only_looks:
            held.write(role=role)
        return instrument

    def make_safe_what_was_left(self) -> None:
        """If a run before died, nobody knows what the outputs do: all of them are made safe before anything else.

        Raises:
            BenchError: one does not say that it is safe.
        """
        if not self.before:
            return
        for line in self.before:
            self._tell(
                f"{self._file.name}: {SafeState.UNKNOWN.value}: {line}; all is made safe now, before anything else"
            )
        self._make_all_safe()
        if self.complaints:
            raise BenchError(f"{self.complaints[0]}; the run before died, and nothing begins on such a bench")
        for role, held in self._held.items():
            if not self._only_looks:
                held.write(role=role)
        self.state = SafeState.IN_USE

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        """Make safe, say how it stands, let go."""
        with orders_deferred():
            try:
                if self.instruments and not self._only_looks:
                    self._make_all_safe()
                    for line in self.complaints:
                        self._tell(line)
                else:
                    self.state = SafeState.SAFE  # nothing was opened, nothing was changed
            finally:
                self._opened.close()

    def _make_all_safe(self) -> None:
        """Each instrument that has an output in its turn, whatever befell the one before."""
        self.complaints, safe = [], list[str]()
        for role in self.order:
            instrument = self.instruments.get(role)
            if instrument is None:
                continue
            if role not in SAFE_ORDER:  # it has no output: whatever becomes of it, nobody needs to switch it off
                safe.append(role)
                continue
            try:
                instrument.make_safe()
            except Exception as error:  # of whatever kind: the next one has its turn all the same
                told = " ".join(str(error).split()) or type(error).__name__
                self.complaints.append(
                    f"{role} {instrument.resource}: not seen to be safe ({told}); switch it off by hand"
                )
            else:
                safe.append(role)
        unsafe = {id(self._held[role]) for role in self.instruments if role not in safe}
        for role in safe:
            if id(self._held[role]) not in unsafe:  # one instrument may play two roles
                self._held[role].clear()
        self.state = SafeState.UNKNOWN if self.complaints else SafeState.SAFE
