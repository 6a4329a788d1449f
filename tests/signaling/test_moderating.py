"""A mute silences at once and never takes away the right to buy; everything can be undone."""

from __future__ import annotations

import asyncio

import pytest

from tests.stage import Seat, Stage
from tests.support import RunningServer


def texts(seat: Seat) -> list[str]:
    return [event["data"]["text"] for event in seat.events if event["type"] == "chat.said"]


async def test_a_muted_user_is_heard_by_nobody_and_told_why_and_until_when(stage: Stage) -> None:
    rude, viewer = await stage.seat("rude"), await stage.seat("viewer")
    moderator = await stage.seat("moderator")
    assert rude.account is not None
    await stage.command("staff", user="moderator", role="moderator")
    before = await rude.do("chat", text="first")
    muted = await moderator.do("mute", user=rude.account.id, seconds=60, reason="insults")
    ack = await rude.say("chat", text="second")
    assert ack["error"]["code"] == "muted"
    assert ack["error"]["reason"] == "insults"
    assert ack["error"]["until"] is not None
    mine = await rude.until(lambda: rude.mine and rude.mine["muted"])
    assert mine == {"until": ack["error"]["until"], "reason": "insults"}

    await moderator.do("undo", seq=muted["seq"])
    last = await rude.do("chat", text="third")
    await viewer.reach(last["seq"])
    assert texts(viewer) == ["first", "third"]
    assert before["seq"] < muted["seq"] < last["seq"]


@pytest.mark.parametrize("status", ["live", "scheduled"])
async def test_a_mute_that_ends_by_itself_is_told_to_whom_it_is_about_and_to_the_team(
    running_server: RunningServer, status: str
) -> None:
    """faults.md 41: no `mine` followed when a mute ended; the page said "(0 seconds)" for ever.

    Also where people wait for the start, and after a restart nobody has asked anything.
    """
    stage = await Stage.set(running_server, start=status == "live", scheduled_at=4_000_000_000_000)
    loud, host = await stage.seat("loud"), await stage.seat(stage.host)
    assert loud.account is not None
    await stage.command("mute", user=loud.account.id, seconds=2, reason="loud")
    await loud.until(lambda: loud.mine and loud.mine["muted"])
    await loud.until(lambda: loud.mine and not loud.mine["muted"])
    assert loud.mine
    assert [notice["kind"] for notice in loud.mine["notices"]] == ["muted", "unmuted"]
    await host.until(lambda: host.replica and host.replica.state["sanctions"] == [])
    ended = [event for event in host.events if event["type"] == "user.unmuted"]
    assert [event["data"]["by"] for event in ended] == [None]
    await loud.do("chat", text="sorry")
    await stage.clear()


async def test_what_was_said_before_a_mute_is_out_before_the_mute_is_acknowledged(
    stage: Stage,
) -> None:
    rude, viewer = await stage.seat("rude"), await stage.seat("viewer")
    host = await stage.seat(stage.host)
    assert rude.account is not None
    talking = [asyncio.create_task(rude.say("chat", text=f"m{n}")) for n in range(4)]
    muted = await host.do("mute", user=rude.account.id, reason="enough")
    acks = await asyncio.gather(*talking)
    end = await stage.command("slow", seconds=1)
    await viewer.reach(end["seq"])
    said = [event for event in viewer.events if event["type"] == "chat.said"]
    assert all(event["seq"] < muted["seq"] for event in said)
    assert len(said) == sum(ack["ok"] for ack in acks)


async def test_a_muted_buyer_can_claim_by_button_and_by_comment(stage: Stage) -> None:
    first, second = await stage.item(title="A"), await stage.item(title="B")
    buyer, viewer = await stage.seat("buyer"), await stage.seat("viewer")
    assert buyer.account is not None
    await stage.command("mute", user=buyer.account.id, reason="off topic")
    assert (await buyer.do("claim", item=first))["status"] == "held"
    ack = await buyer.do("chat", text="sold 2")
    assert ack["claim"]["status"] == "held"
    await buyer.until(lambda: buyer.mine and len(buyer.mine["claims"]) == 2)
    assert buyer.mine is not None
    assert {claim["item"] for claim in buyer.mine["claims"]} == {first, second}
    head = (await stage.fresh())["seq"]
    await viewer.reach(head)
    assert texts(viewer) == []


async def test_a_deleted_message_goes_everywhere_and_comes_back_with_undo(stage: Stage) -> None:
    rude, viewer = await stage.seat("rude"), await stage.seat("viewer")
    said = await rude.do("chat", text="oh well")
    gone = await stage.command("delete", message=said["seq"], reason="spam")
    replica = await viewer.reach(gone["seq"])
    line = replica.state["chat"]["lines"][-1]
    assert (line["deleted"], line["text"]) == (True, "")
    back = await stage.command("undo", seq=gone["seq"])
    replica = await viewer.reach(back["seq"])
    line = replica.state["chat"]["lines"][-1]
    assert (line["deleted"], line["text"]) == (False, "oh well")


async def test_the_audit_says_who_did_what_to_whom_why_until_when_and_what_was_undone(
    stage: Stage,
) -> None:
    moderator = await stage.seat("moderator")
    await stage.command("staff", user="moderator", role="moderator")
    rude = await stage.seat("rude")
    assert rude.account is not None
    said = await rude.do("chat", text="bad words")
    await moderator.do("delete", message=said["seq"], reason="bad words")
    muted = await moderator.do("mute", user=rude.account.id, seconds=300, reason="again")
    undone = await stage.command("undo", seq=muted["seq"])
    audit = await stage.server.get(f"/api/shows/{stage.show}/audit", by=moderator.account)
    undo, mute, delete = audit["items"]
    assert undo["type"] == "user.unmuted"
    assert undo["by"]["handle"] == "host"
    assert (mute["by"]["handle"], mute["user"]["handle"]) == ("moderator", "rude")
    assert (mute["reason"], mute["undone_by"]) == ("again", undone["seq"])
    assert mute["until"] > mute["at"]
    assert (delete["user"]["handle"], delete["message"]) == ("rude", "bad words")
    await stage.server.request("GET", f"/api/shows/{stage.show}/audit", by=rude.account, status=403)
    people = await stage.server.get(f"/api/shows/{stage.show}/people", by=moderator.account)
    assert {p["user"]["handle"]: p["connected"] for p in people["people"]} == {
        "moderator": True,
        "rude": True,
    }


@pytest.mark.parametrize(
    ("mode", "code"), [("followers", "followers_only"), ("sellers", "sellers_only")]
)
async def test_chat_can_be_for_followers_or_sellers_only(
    stage: Stage, mode: str, code: str
) -> None:
    viewer = await stage.seat("viewer")
    assert viewer.account is not None
    await stage.command("restrict", mode=mode)
    assert (await viewer.say("chat", text="hi"))["error"]["code"] == code
    if mode == "followers":
        await stage.server.request("PUT", "/api/users/host/follow", by=viewer.account)
    else:
        await stage.listing(by=viewer.account)
    await viewer.do("chat", text="hi")


async def test_slow_mode_and_blocked_words_refuse_and_say_why(stage: Stage) -> None:
    viewer = await stage.seat("viewer")
    await stage.command("block_word", word="scam")
    blocked = await viewer.say("chat", text="what a s\u0441am")  # a Cyrillic c
    assert blocked["error"]["code"] == "blocked_word"
    await stage.command("slow", seconds=30)
    await viewer.do("chat", text="one")
    slow = await viewer.say("chat", text="two")
    assert slow["error"]["code"] == "slow_mode"
    assert 0 < slow["error"]["retry_after"] <= 30


async def test_the_team_tries_what_a_rule_would_forbid(stage: Stage) -> None:
    """faults.md 47: before it is added, and after."""
    path = f"/api/shows/{stage.show}/words/try"

    async def blocked_by(**asked: str) -> list[str]:
        tried = await stage.server.post(path, asked, by=stage.host)
        return list(tried["blocked_by"])

    assert await blocked_by(text="_spam_") == []
    assert await blocked_by(text="_spam_", word="spam") == ["spam"]
    assert await blocked_by(text="spammer", word="spam") == []
    await stage.command("block_word", word="spam")
    await stage.command("block_word", word="sp*")
    assert await blocked_by(text="_spam_") == ["spam", "sp*"]
    assert await blocked_by(text="spammer") == ["sp*"]
    refused = await stage.server.request(
        "POST", path, {"text": "f**k", "word": "f**k"}, by=stage.host, status=409
    )
    assert refused["code"] == "unusable_word"


async def test_staff_cannot_be_muted_by_staff_and_the_host_by_nobody(stage: Stage) -> None:
    moderator, other = await stage.seat("moderator"), await stage.seat("other")
    for handle in ("moderator", "other"):
        await stage.command("staff", user=handle, role="moderator")
    assert other.account is not None
    for target in (other.account.id, stage.host.id):
        ack = await moderator.say("mute", user=target, reason="power")
        assert ack["error"]["code"] == "is_staff"
    host = await stage.seat(stage.host)
    await host.do("mute", user=other.account.id, reason="the host may")
    ack = await host.say("mute", user=stage.host.id, reason="oneself")
    assert ack["error"]["code"] == "is_staff"
