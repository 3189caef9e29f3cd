# SPDX-License-Identifier: Apache-2.0
"""The catalogue for people: a table of requirements, a table of clauses, or one requirement explained."""

from collections.abc import Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..campaign.condition import Facts
from ..console import PlainConsole
from ..terminal import counted
from .applicability import Applies, applicability
from .clauses import Clause, requirements_by_clause
from .entries import Entry, entries
from .words import WORDS, Language

__all__ = ["print_clauses", "print_requirement", "print_requirements"]

_WIDTH = 132  # of a table where no terminal tells its own


def _console() -> PlainConsole:
    console = PlainConsole()
    return console if console.is_terminal else PlainConsole(width=_WIDTH)


def _text(entry: Entry, language: Language) -> str:
    one = entry.requirement
    return one.french or one.text if language is Language.FR else one.text


def _reason(found: Applies, language: Language) -> str:
    return found.reason_french if language is Language.FR else found.reason


def print_requirements(shown: Sequence[Entry], facts: Facts | None, language: Language) -> None:
    """A row a requirement; of a device, whether it concerns it, and below which do not.

    Args:
        shown: at least one.
        facts: of the device; None: of none.
        language: of the texts.
    """
    console, words = _console(), WORDS[language]
    applies = {one.id: applicability(one.requirement, facts) for one in shown} if facts is not None else {}
    table = Table()
    for column in ("requirement", "level", *(["applies"] if applies else [])):
        table.add_column(words[column], no_wrap=True)
    for column in ("what must hold", "clause"):
        table.add_column(words[column], overflow="fold")
    left_out: dict[str, list[str]] = {}
    for entry in shown:
        found = applies.get(entry.id, Applies("yes"))
        if found.answer == "no":
            left_out.setdefault(_reason(found, language), []).append(entry.id)
            continue
        told = _text(entry, language)
        if found.answer == "depends":
            told += f"\n{words['depends']}: {_reason(found, language)}"
        cells = [entry.id, words[entry.requirement.level.value]]
        table.add_row(*cells, *([words[found.answer]] if applies else []), told, entry.requirement.clause)
    if table.row_count:
        console.print(table)
    for reason, ids in left_out.items():
        console.print(f"{words['not applicable']}: {', '.join(ids)}: {reason}", highlight=False)
    console.print(f"{counted(table.row_count, 'requirement')}; xky requirements ID …", highlight=False)


def print_clauses(shown: Sequence[Clause], language: Language) -> None:
    """A row a clause, with its requirements, or why it has none."""
    console, words = _console(), WORDS[language]
    by_clause = requirements_by_clause(one.requirement for one in entries().values())
    table = Table()
    table.add_column(words["clause"], no_wrap=True)
    table.add_column(words["title"], overflow="fold")
    table.add_column(words["requirements, or why none"], overflow="fold")
    for one in shown:
        table.add_row(one.name, one.title, ", ".join(by_clause[one.name]) or Text(one.why, "dim"))
    console.print(table)


def print_requirement(entry: Entry, facts: Facts | None, language: Language) -> None:
    """All that is known of one requirement."""
    console, words, one = _console(), WORDS[language], entry.requirement
    french = language is Language.FR
    console.print(Text.assemble((one.id, "bold"), f" ({words[one.level.value]}) {_text(entry, language)}"))
    rows = [
        (words["why"], (one.why_french or one.why) if french else one.why),
        (words["clause"], one.clause),
        (words["modes"], ", ".join(sorted(one.modes))),
        (words["where"], "; ".join(condition.french if french else condition.text for condition in one.where)),
    ]
    if facts is not None:
        found = applicability(one, facts)
        rows.append((words["applies"], ": ".join(filter(None, (words[found.answer], _reason(found, language))))))
    for number, purpose in enumerate(entry.purposes):
        stimuli = ", ".join(stimulus.name for stimulus in purpose.stimuli)
        rows.append(("" if number else words["purposes"], purpose.id + (f": {stimuli}" if stimuli else "")))
    if one.procedure is None:
        rows.append((words["proven by"], ", ".join(entry.defects) or words["no defect"]))
    else:
        needs = one.procedure.needs_french if french else one.procedure.needs
        steps = one.procedure.steps_french if french else one.procedure.steps
        rows.append((words["needs"], "; ".join(needs)))
        rows += [
            (words["procedure"] if number == 1 else "", f"{number}. {step}") for number, step in enumerate(steps, 1)
        ]
        rows.append((words["limits"], "; ".join(one.procedure.limits)))
    grid = Table.grid(padding=(0, 2))
    for name, told in rows:
        if told:
            grid.add_row(Text(name, "dim"), Text(told))
    console.print(Padding(grid, (0, 0, 0, 2)))
