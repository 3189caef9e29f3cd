# SPDX-License-Identifier: Apache-2.0
"""What a hunt goes on from: stories that reached what few did, and kinds of faults that led there or were not tried."""

from collections.abc import Mapping
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator.faults.wrong_checksum import WrongChecksum
from xky.emulator.meter_file.meter_file import MeterFile
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.hunt.favours import PLAIN
from xky.hil.hunt.guidance import Guidance
from xky.hil.hunt.hunt import Hunt
from xky.hil.hunt.retold import retold_stories
from xky.hil.hunt.strategies import Befalls
from xky.hil.hunt.tally import Limits
from xky.hil.stories.playing import Played, play_story
from xky.hil.stories.story import Step, Story, plan_of, stimuli_of
from xky.protocol import Mode

SOUND = play_story(Story(step=(Step(),)), Campaign(Options("sim:generic"))).record
NOTHING = Befalls((), False, False)


def story(*kinds: str, mode: Mode = Mode.STANDARD, seed: int = 0) -> Story:
    label = "EAST" if mode is Mode.STANDARD else "PAPP"
    turns = [[{"name": kind, "label": label}] for kind in kinds]
    return Story(meter=MeterFile(mode=mode), seed=seed, step=(Step.model_validate({"turns": turns}),))


def reached(*blocks: int, filled: Mapping[str, int] | None = None) -> Played:
    return Played(SOUND, [], 1.0, frozenset(blocks), filled or {})


def guidance_of_twenty_plain_stories() -> Guidance:
    guidance = Guidance()
    for seed in range(20):
        guidance.take(story("wrong_checksum", seed=seed), reached(1, 2, filled={"group": 40}))
    return guidance


def test_a_hunt_goes_on_from_a_story_that_reached_what_no_other_did_and_not_from_all() -> None:
    guidance = guidance_of_twenty_plain_stories()
    rare = story("empty_value")
    guidance.take(rare, reached(1, 2, 3, filled={"group": 40}))
    assert guidance.leads([Mode.STANDARD]) == (story("wrong_checksum"), rare)  # the first one has the fullest buffer
    assert guidance.leads([Mode.HISTORIC]) == ()


def test_a_smaller_story_that_reached_the_same_takes_the_place_of_a_larger() -> None:
    guidance = guidance_of_twenty_plain_stories()
    for rare in (story("wrong_checksum", "empty_value"), story("empty_value")):
        guidance.take(rare, reached(3, filled={"group": 90}))
    assert guidance.leads([Mode.STANDARD]) == (story("empty_value"),)


def test_a_kind_that_led_nowhere_comes_less_often_than_one_that_was_not_tried_in_that_mode() -> None:
    guidance = guidance_of_twenty_plain_stories()
    for seed in range(20):
        guidance.take(story("empty_value", seed=seed), reached(1, filled={"group": 41 + seed}))  # further each time
    favours = guidance.favours()
    often = {kind: favours[Mode.STANDARD].of(kind) for kind in ("wrong_checksum", "empty_value", "endless_frame")}
    assert often["wrong_checksum"] < often["empty_value"] == often["endless_frame"]
    assert favours[Mode.HISTORIC].of("wrong_checksum") == often["endless_frame"]


def test_a_device_that_tells_nothing_of_what_it_ran_guides_nothing() -> None:
    guidance = Guidance()
    guidance.take(story("wrong_checksum"), Played(SOUND, [], 1.0))
    assert not guidance.knows
    assert guidance.leads([*Mode]) == ()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_is_retold_is_a_story_that_a_meter_can_tell(data: st.DataObject) -> None:
    lead = data.draw(st.sampled_from([story("wrong_checksum"), story("cut", "empty_value", mode=Mode.HISTORIC)]))
    told = data.draw(retold_stories((lead,), NOTHING, {}))
    assert told.meter == lead.meter
    assert told.step
    assert plan_of(told, stimuli_of(told)).steps


def test_what_needs_nothing_of_a_story_is_shrunk_to_what_it_needs() -> None:
    from hypothesis import find

    lead = story("empty_value", "wrong_checksum", "cut")
    shortest = find(
        retold_stories((lead,), NOTHING, {Mode.STANDARD: PLAIN}),
        lambda told: WrongChecksum("EAST") in told.faults,
        settings=settings(database=None, max_examples=300),
        random=Random(0),
    )
    assert shortest.faults == [WrongChecksum("EAST")]


def test_a_guided_hunt_draws_the_same_again_and_no_story_twice() -> None:
    def hunted() -> list[Story]:
        line: list[Story] = []

        def play(told: Story, campaign: Campaign, *, strict: bool = False) -> Played:
            line.append(told)
            return reached(*(len(fault.name) for fault in told.faults), 99, filled={"group": len(told.faults)})

        Hunt(Campaign(Options("sim:generic")), seed=3, limits=Limits(examples=12), play=play).run()
        return line

    first = hunted()
    assert len(first) == 12
    assert len({told.model_dump_json() for told in first}) == 12
    assert hunted() == first
