# SPDX-License-Identifier: Apache-2.0
"""Runs the suite: one plan a mode on one running line, then each test judges its slice of the record."""

import time
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.judgement import Asked, Conclusion, Judgement
from xky.hil.campaign.oracle import Case, Trail
from xky.hil.campaign.requirement import Purpose, purpose_of
from xky.hil.campaign.shares import shares_of
from xky.hil.campaign.verdict import NotApplicable, Undecided, Verdict, verdict_of
from xky.hil.pytest_options import boards_of, campaign_options
from xky.protocol import BenchError, InputError, XkyError

if TYPE_CHECKING:
    from xky.hil.stories.stimulus_file import StimulusFile

JUDGEMENT = pytest.StashKey[Judgement]()
_OF_SHARES = pytest.StashKey[dict[str, Judgement]]()


def _options(config: pytest.Config) -> Options:
    given = campaign_options(config)
    if given["device"] is None:
        raise pytest.UsageError("no device: give --xky-device, such as --xky-device sim:winky-c6")
    return Options(**given)


def _brought(config: pytest.Config) -> Any:
    """What ``xky`` brings with it where it runs the suite; None in a run of pytest's own."""
    return config.pluginmanager.get_plugin("xky-suite")


def judgement_of(config: pytest.Config) -> Judgement:
    """What judges this run: ``xky certify`` brings its own, a plain pytest run makes a campaign from its options."""
    if JUDGEMENT not in config.stash:
        brought = _brought(config)
        try:
            config.stash[JUDGEMENT] = brought.judgement if brought is not None else Campaign(_options(config))
        except (InputError, ValueError) as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[JUDGEMENT]


def _judgement_of(item: pytest.Item) -> Judgement:
    """What judges one test: of several boards each plays a share of the plan."""
    share = item.get_closest_marker("xdist_group")
    if share is None or len(boards_of(item.config)) < 2:
        return judgement_of(item.config)
    judgements = item.config.stash.setdefault(_OF_SHARES, {})
    name = str(share.args[0])
    if name not in judgements:
        asked = [one for other in item.session.items if other.get_closest_marker("xdist_group") == share
                 and (one := _asked(other)) is not None]  # fmt: skip
        judgements[name] = Campaign(_options(item.config))
        judgements[name].select(asked)
    return judgements[name]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each purpose once a mode in which it applies, and once a probe; power is the same to all of them."""
    purpose = purpose_of(metafunc.function)
    if purpose is None and "stimulus" not in metafunc.fixturenames:
        return
    judgement = judgement_of(metafunc.config)
    several = len(judgement.probes) > 1
    asked, ids = [], []
    for one in _found(metafunc) if purpose is None else (purpose,):
        probes = judgement.probes[:1] if one.requirement.about_the_device else judgement.probes
        for mode, probe in ((mode, probe) for mode in judgement.modes if mode in one.modes for probe in probes):
            asked.append(Asked(one, mode, probe))
            ids.append("-".join(([one.name] if purpose is None else []) + [mode] + ([probe] if several else [])))
    metafunc.parametrize("asked", asked, ids=ids)


def _found(of: pytest.Metafunc | pytest.Function | pytest.FixtureRequest) -> "Mapping[Purpose, StimulusFile]":
    """The stimulus files of a run: its own, or those of the suite."""
    suites: Mapping[Purpose, StimulusFile] = of.module.FOUND
    return judgement_of(of.config).found or suites


def _asked(item: pytest.Item) -> Asked | None:
    """What a test asks; None where it is no purpose, or none of the chosen mode."""
    if not _is_purpose(item) or not isinstance(item, pytest.Function):
        return None
    asked = item.callspec.params["asked"]
    return asked if isinstance(asked, Asked) else None


def _is_purpose(item: pytest.Item) -> bool:
    """Whether it asks something; a stimulus is a purpose without a test of its own."""
    return isinstance(item, pytest.Function) and "asked" in getattr(getattr(item, "callspec", None), "params", {})


def _is_asked_for(config: pytest.Config, item: pytest.Item) -> bool:
    asked = _asked(item)
    return asked is not None and judgement_of(config).asks_for(asked.purpose)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mode by mode, since a device is configured for one; what the chosen mode does not have is left out."""
    foreign = [item for item in items if _is_purpose(item) and not _is_asked_for(config, item)]
    if foreign:
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in foreign]
    if any(_is_purpose(item) for item in items):
        order = judgement_of(config).modes

        def place(item: pytest.Item) -> int:
            asked = _asked(item)
            return -1 if asked is None else order.index(asked.mode)

        items.sort(key=place)
    yield
    if any(_is_purpose(item) for item in items):
        _share(config, items)  # what is left behind -k


def _share(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Which board plays what, where there are several: what has one step of a plan in common is of one board."""
    boards, judgement = boards_of(config), judgement_of(config)
    if len(boards) < 2 or not isinstance(judgement, Campaign):
        return
    asked = {item: one for item in items if (one := _asked(item)) is not None}
    for item, share in zip(asked, shares_of(judgement, list(asked.values()), len(boards)), strict=True):
        item.add_marker(pytest.mark.xdist_group(f"xky-board-{share}"))
        item._nodeid += f"@xky-board-{share}"  # as xdist does in this very hook, by then


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is left after every selection makes the plan."""
    asked = [one for item in session.items if (one := _asked(item)) is not None]
    if asked:
        judgement_of(session.config).select(asked)


@pytest.fixture
def case(request: pytest.FixtureRequest, asked: Asked) -> Case:
    """The purpose's view of the record."""
    return _case_of(request.node, asked)


def _case_of(item: pytest.Item, asked: Asked) -> Case:
    judgement = _judgement_of(item)
    try:
        case = judgement.case(asked)
    except (NotApplicable, Undecided):  # the device is not for that meter; nothing was played of this mode
        raise
    except Exception as error:  # the person's fault or the bench's: no verdict at all, and no second try
        told = (
            error if isinstance(error, XkyError) else BenchError(f"the bench failed: {type(error).__name__}: {error}")
        )
        judgement.error = told
        pytest.exit(str(told), 2 if isinstance(told, InputError) else 3)
    item.stash[_CASE] = case
    return case


@pytest.fixture
def stimulus(request: pytest.FixtureRequest, asked: Asked) -> "StimulusFile":
    """Of a purpose that is one."""
    return _stimulus_of(request, asked)


def _stimulus_of(of: pytest.Function | pytest.FixtureRequest, asked: Asked) -> "StimulusFile":
    found: StimulusFile = _found(of)[asked.purpose]
    return found


_CASE = pytest.StashKey[Case]()


def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Judge at once where ``xky`` runs the suite, and no other plugin is there to see: pytest's own way, through
    fixtures and the hooks of three phases, takes about as long as judging does."""
    asked = _asked(item)
    if asked is None or not isinstance(item, pytest.Function) or _brought(item.config) is None:
        return None
    began_s, error = time.perf_counter(), None
    try:
        case = _case_of(item, asked)
        if "stimulus" in item.fixturenames:
            item.function(case=case, asked=asked, stimulus=_stimulus_of(item, asked))
        else:
            item.function(case=case)
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as raised:  # as pytest does: what ``pytest.skip`` raises is no Exception
        error = raised
    report = _report(item, "call", "passed" if error is None else "failed", time.perf_counter() - began_s)
    _tell(item, asked, error, report)
    item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logreport(report=_report(item, "teardown", "passed", 0.0))
    return True


def _report(
    item: pytest.Item, when: Literal["call", "teardown"], outcome: Literal["passed", "failed"], duration_s: float
) -> pytest.TestReport:
    """A report as pytest makes one, that tells nothing more yet."""
    place, told = (item.path.name, None, item.name), item.user_properties
    return pytest.TestReport(item.nodeid, place, {}, outcome, None, when, duration=duration_s, user_properties=told)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report of what pytest ran in its own way."""
    report = yield
    asked = _asked(item)
    if asked is None or (call.when == "setup" and call.excinfo is None) or call.when == "teardown":
        return report
    _tell(item, asked, None if call.excinfo is None else call.excinfo.value, report)
    return report


def _tell(item: pytest.Item, asked: Asked, error: BaseException | None, report: pytest.TestReport) -> None:
    """Inconclusive is an error, not applicable a skip, and what only instruments show is skipped, too; each has its
    verdict as a property."""
    verdict, reason = verdict_of(error)
    case = item.stash.get(_CASE, None)
    if case is not None:
        verdict, reason = case.as_far_as_played(verdict, reason)
    item.user_properties.extend([("verdict", verdict.value), ("purpose", asked.purpose.id), ("mode", asked.mode.value)])
    requirement = asked.purpose.requirement
    item.user_properties.extend([("verifies", requirement.id), ("clause", requirement.clause)])
    if len(judgement_of(item.config).probes) > 1:
        item.user_properties.append(("probe", asked.probe))
    report.user_properties = list(item.user_properties)
    untried = verdict is Verdict.INCONCLUSIVE and asked.purpose.requirement.procedure is not None
    if verdict is Verdict.NOT_APPLICABLE or untried or asked in _judgement_of(item).skipped:
        report.outcome = "skipped"
        report.longrepr = (
            item.path.name,
            0,
            f"{verdict.value}: {reason}",
        )  # where it is installed is nobody's business
    elif verdict is Verdict.INCONCLUSIVE:  # though its test may have passed: a line could not carry what was sent
        report.when, report.outcome = "setup", "failed"  # pytest and JUnit call what fails there an error
        report.longrepr = f"inconclusive: {reason}"
    elif verdict is Verdict.FAIL:
        report.longrepr = f"{asked.purpose.requirement.id}: {asked.purpose.requirement.text}\n{reason}"
    trail = Trail() if case is None else case.trail
    _judgement_of(item).conclusions.append(Conclusion(asked, verdict, reason, trail))
