"""A client's copy of a show, written from PROTOCOL.md 3.2 and 3.3 and from nothing else.

    replica = Replica.of(snapshot)         # {"epoch", "seq", "state"} as received
    replica.receive(events)                # [{"seq", "at", "type", "data"}, ...] as received
    replica.state                          # equal to what a fresh snapshot would say

Whether the copy is a staff member's is seen from the snapshot. It never shares an object with
what it was given.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

LINES_KEPT = 100


class ProtocolError(AssertionError):
    """The server has said something that PROTOCOL.md does not allow."""


class Replica:
    """The state of PROTOCOL.md 3.2, kept up to date by the events of 3.3."""

    def __init__(self, state: Json, *, seq: int, epoch: int = 0) -> None:
        self.state: Json = copy.deepcopy(state)
        self.seq = seq
        self.epoch = epoch
        self.staff = "sanctions" in state
        self.types: set[str] = set()

    @classmethod
    def of(cls, snapshot: Json) -> Replica:
        """Return a replica that starts from a `snapshot` message."""
        return cls(snapshot["state"], seq=snapshot["seq"], epoch=snapshot["epoch"])

    @property
    def since(self) -> Json:
        """What to give when connecting again."""
        return {"epoch": self.epoch, "seq": self.seq}

    def receive(self, events: list[Json]) -> None:
        """Apply an `events` message; raise when one is missing or repeated."""
        for event in events:
            self.apply(event)

    def apply(self, event: Json) -> None:
        """Apply one event ``{seq, at, type, data}``."""
        if set(event) != {"seq", "at", "type", "data"}:
            raise ProtocolError(f"an event has the fields {sorted(event)}")
        if event["seq"] != self.seq + 1:
            raise ProtocolError(f"event {event['seq']} after {self.seq}")
        event = copy.deepcopy(event)
        try:
            effect = _EFFECTS[event["type"]]
        except KeyError:
            raise ProtocolError(f"unknown event {event['type']}") from None
        effect(self, event["data"], event)
        self.seq = event["seq"]
        self.types.add(event["type"])

    # --- what several effects need ---------------------------------------------------------

    @property
    def show(self) -> Json:
        show: Json = self.state["show"]
        return show

    def item(self, item_id: str) -> Json | None:
        """The item, unless it is not in the run of show any more."""
        return next((item for item in self.state["items"] if item["id"] == item_id), None)

    def line(self, event: Json, kind: str, **fields: Any) -> None:
        line = {"id": event["seq"], "at": event["at"], "kind": kind}
        rest = {"user": None, "text": "", "item": None, "deleted": False, "mentions": []}
        self.state["chat"]["lines"].append({**line, **rest, **fields})
        del self.state["chat"]["lines"][:-LINES_KEPT]

    def item_line(self, event: Json, kind: str, user: Json) -> None:
        data = event["data"]
        item = {"id": data["item"], "number": data["number"], "title": data["title"]}
        self.line(event, kind, user={**user, "role": ""}, item=item)

    def prolong(self, holds: list[Json]) -> None:
        until = {hold["claim"]: hold["until"] for hold in holds}
        for item in self.state["items"]:
            for hold in item["holds"]:
                hold["until"] = until.get(hold["claim"], hold["until"])

    def drop_hold(self, data: Json) -> None:
        if item := self.item(data["item"]):
            item["holds"] = [hold for hold in item["holds"] if hold["claim"] != data["claim"]]
            _stock(item, data)

    def drop_entry(self, item_id: str, entry: str) -> None:
        if not self.staff:
            return
        waitlist = self.state["waitlist"]
        rest = [waiting for waiting in waitlist.get(item_id, []) if waiting["entry"] != entry]
        if rest:
            waitlist[item_id] = rest
        else:
            waitlist.pop(item_id, None)

    def place_item(self, data: Json) -> Json:
        item: Json = data["item"]
        if self.staff:
            item["lending"] = data["lending"]
        return item


def _stock(item: Json, data: Json) -> None:
    item["variants"] = data["variants"]
    item["sold_out"] = data["sold_out"]


def _show_configured(replica: Replica, data: Json, event: Json) -> None:
    replica.show.update(data["changes"])


def _show_scheduled(replica: Replica, data: Json, event: Json) -> None:
    replica.show.update(status="scheduled", scheduled_at=data["scheduled_at"])


def _show_started(replica: Replica, data: Json, event: Json) -> None:
    replica.show.update(status="live", started_at=data["at"], ends_at=data["ends_at"])
    replica.line(event, "started")


def _show_interrupted(replica: Replica, data: Json, event: Json) -> None:
    replica.show.update(
        status="interrupted",
        reason=data["reason"],
        interrupted_at=data["at"],
        ends_at=data["ends_at"],
    )
    replica.line(event, "interrupted")


def _show_resumed(replica: Replica, data: Json, event: Json) -> None:
    for auction in replica.state["auctions"]:
        if auction["ends_at"] is not None:
            auction["ends_at"] += data["stood"]
    for chance in replica.state.get("chances", ()):
        chance["until"] += data["stood"]
    for flash in replica.state["flash"]:
        flash["until"] += data["stood"]
    giveaway = replica.state["giveaway"]
    if giveaway and giveaway["status"] == "open":
        giveaway["ends_at"] += data["stood"]
    replica.show.update(status="live", reason=None, interrupted_at=None, ends_at=data["ends_at"])
    replica.prolong(data["holds"])
    replica.line(event, "resumed")


def _show_ended(replica: Replica, data: Json, event: Json) -> None:
    replica.show.update(
        status="ended",
        ended_at=data["at"],
        reason=None,
        interrupted_at=None,
        ends_at=None,
        streaming=False,
    )
    replica.state["pinned"] = None
    replica.prolong(data["holds"])
    for item in replica.state["items"]:
        item["waiting"] = 0
    if replica.staff:
        replica.state["waitlist"] = {}
    replica.line(event, "ended")


def _show_staffed(replica: Replica, data: Json, event: Json) -> None:
    for member in replica.state["staff"]:
        if member["user"]["id"] == data["user"]["id"]:
            member.update(user=data["user"], role=data["role"])
            return
    replica.state["staff"].append({"user": data["user"], "role": data["role"]})


def _show_unstaffed(replica: Replica, data: Json, event: Json) -> None:
    replica.state["staff"] = [
        member for member in replica.state["staff"] if member["user"]["id"] != data["user"]["id"]
    ]


def _stream_started(replica: Replica, data: Json, event: Json) -> None:
    replica.show["streaming"] = True
    if replica.show["status"] == "live":
        replica.show["ends_at"] = None


def _stream_stopped(replica: Replica, data: Json, event: Json) -> None:
    replica.show["streaming"] = False


def _item_added(replica: Replica, data: Json, event: Json) -> None:
    replica.state["items"].insert(data["at_index"], replica.place_item(data))


def _item_removed(replica: Replica, data: Json, event: Json) -> None:
    replica.state["items"] = [i for i in replica.state["items"] if i["id"] != data["item"]]
    if replica.state["pinned"] == data["item"]:
        replica.state["pinned"] = None
    replica.state["notes"]["promises"].pop(data["item"], None)
    if replica.staff:
        replica.state["waitlist"].pop(data["item"], None)


def _item_moved(replica: Replica, data: Json, event: Json) -> None:
    items = {item["id"]: item for item in replica.state["items"]}
    if set(items) != set(data["order"]):
        raise ProtocolError("item.moved has other items than the run of show")
    replica.state["items"] = [items[item_id] for item_id in data["order"]]


def _item_changed(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]["id"]):
        item.clear()
        item.update(replica.place_item(data))


def _item_pinned(replica: Replica, data: Json, event: Json) -> None:
    replica.state["pinned"] = data["item"]


def _item_unpinned(replica: Replica, data: Json, event: Json) -> None:
    replica.state["pinned"] = None


def _item_repriced(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        item["price"] = data["price"]
        item["was"] = data["lowest"]


def _item_stocked(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        _stock(item, data)


LINE_KINDS = {"waitlist": "promoted", "staff": "given", "auction": "won"}


def _item_claimed(replica: Replica, data: Json, event: Json) -> None:
    hold = data["hold"]
    if item := replica.item(data["item"]):
        item["holds"].append(hold)
        item["waiting"] = data["waiting"]
        _stock(item, data)
    if replica.staff and data["entry"] is not None:
        if data["left"]:
            for waiting in replica.state["waitlist"][data["item"]]:
                if waiting["entry"] == data["entry"]:
                    waiting["quantity"] = data["left"]
        else:
            replica.drop_entry(data["item"], data["entry"])
    replica.item_line(event, LINE_KINDS.get(data["via"], "claimed"), hold["user"])


def _item_waitlisted(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        item["waiting"] = data["waiting"]
    if replica.staff:
        waiting = {name: data[name] for name in ("entry", "user", "variant", "quantity")}
        line = replica.state["waitlist"].setdefault(data["item"], [])
        line.append({**waiting, "at": event["at"]})


def _item_unwaitlisted(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        item["waiting"] = data["waiting"]
    if replica.staff:
        replica.drop_entry(data["item"], data["entry"])


def _item_line_over(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        item["waiting"] = data["waiting"]
    if replica.staff:
        for waiting in list(replica.state["waitlist"].get(data["item"], [])):
            if waiting["variant"] == data["variant"]:
                replica.drop_entry(data["item"], waiting["entry"])


def _item_released(replica: Replica, data: Json, event: Json) -> None:
    replica.drop_hold(data)
    kind = "expired" if data["reason"] == "expired" else "released"
    replica.item_line(event, kind, data["user"])


def _item_exchanged(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        for hold in item["holds"]:
            if hold["claim"] == data["claim"]:
                hold.update(variant=data["variant"], quantity=data["quantity"])
        _stock(item, data)


def _item_paying(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        for hold in item["holds"]:
            if hold["claim"] == data["claim"]:
                hold.update(paying=data["paying"], until=data["until"])


def _item_sold(replica: Replica, data: Json, event: Json) -> None:
    replica.drop_hold(data)
    if item := replica.item(data["item"]):
        item["sold_here"] += data["quantity"]
    replica.item_line(event, "sold", data["user"])


def _item_returned(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        item["sold_here"] -= data["quantity"]
        _stock(item, data)


def _chat_said(replica: Replica, data: Json, event: Json) -> None:
    said = {name: data[name] for name in ("user", "text", "mentions")}
    replica.line(event, "message", **said)


def _chat_announced(replica: Replica, data: Json, event: Json) -> None:
    said = {name: data[name] for name in ("user", "text", "mentions")}
    replica.line(event, "announced", **said)


def _chat_deleted(replica: Replica, data: Json, event: Json) -> None:
    for line in replica.state["chat"]["lines"]:
        if line["id"] == data["message"]:
            line["deleted"] = True
            if not replica.staff:
                line.update(text="", mentions=[])


def _chat_restored(replica: Replica, data: Json, event: Json) -> None:
    for line in replica.state["chat"]["lines"]:
        if line["id"] == data["message"]:
            line.update(deleted=False, text=data["text"], mentions=data["mentions"])


def _chat_purged(replica: Replica, data: Json, event: Json) -> None:
    for message in data["messages"]:
        _chat_deleted(replica, {"message": message}, event)


def _chat_unpurged(replica: Replica, data: Json, event: Json) -> None:
    for line in data["lines"]:
        _chat_restored(replica, line, event)


def _chat_whispered(replica: Replica, data: Json, event: Json) -> None:
    if not replica.staff:
        raise ProtocolError("a whisper is told to somebody who is not of the staff")
    replica.state["whispers"].append(
        {"id": event["seq"], "at": event["at"], **data, "deleted": False}
    )
    del replica.state["whispers"][:-50]


def _chat_unwhispered(replica: Replica, data: Json, event: Json) -> None:
    for line in replica.state["whispers"]:
        if line["id"] == data["whisper"]:
            line |= {"text": "", "deleted": True}


def _chat_braked(replica: Replica, data: Json, event: Json) -> None:
    replica.state["chat"]["newcomer_minutes"] = data["minutes"]


def _chat_slowed(replica: Replica, data: Json, event: Json) -> None:
    replica.state["chat"]["slow_seconds"] = data["seconds"]


def _chat_restricted(replica: Replica, data: Json, event: Json) -> None:
    replica.state["chat"]["mode"] = data["mode"]


def _chat_words_set(replica: Replica, data: Json, event: Json) -> None:
    if replica.staff:
        replica.state["chat"]["words"] = data["words"]


def _poll_opened(replica: Replica, data: Json, event: Json) -> None:
    replica.state["poll"] = {
        "id": data["poll"],
        "question": data["question"],
        "options": data["options"],
        "opened_at": event["at"],
        "until": data["until"],
        "closed_at": None,
        "counts": None,
    }


def _poll_closed(replica: Replica, data: Json, event: Json) -> None:
    poll = replica.state["poll"]
    if poll["id"] != data["poll"]:
        raise ProtocolError("a poll is closed that is not open")
    poll.update(closed_at=event["at"], counts=data["counts"])
    replica.line(event, "poll", text=f"{data['question']} {data['result']}")


def _auction(replica: Replica, auction_id: str) -> Json:
    for auction in replica.state["auctions"]:
        if auction["id"] == auction_id:
            found: Json = auction
            return found
    raise ProtocolError("an event of an auction that is not known")


def _auction_line(replica: Replica, event: Json, kind: str) -> None:
    data = event["data"]
    item = {"id": data["item"], "number": data["number"], "title": data["title"]}
    replica.line(event, kind, item=item)


def _auction_put_up(replica: Replica, data: Json, event: Json) -> None:
    same = ("item", "variant", "quantity", "start_price", "has_reserve", "seconds")
    fresh = {name: data[name] for name in (*same, "extension_seconds", "sudden_death")}
    replica.state["auctions"].append(fresh | {"id": data["auction"], "unit": 1} | _nobody(data))
    if replica.staff and data["reserve"] is not None:
        terms = {"auction": data["auction"], "reserve": data["reserve"]}
        replica.state["auction_terms"].append(terms)
    if item := replica.item(data["item"]):
        _stock(item, data)
    _auction_line(replica, event, "auction")


def _nobody(terms: Json) -> Json:
    """A unit for which nobody has bid."""
    return {
        "reserve_met": not terms["has_reserve"],
        "ends_at": None,
        "closing": False,
        "extensions": 0,
        "leader": None,
        "price": terms["start_price"],
        "next": terms["start_price"],
        "bids": 0,
    }


def _auction_opened(replica: Replica, data: Json, event: Json) -> None:
    _auction(replica, data["auction"])["ends_at"] = data["ends_at"]


STANDING = ("leader", "price", "next", "bids", "reserve_met")


def _auction_stands(replica: Replica, data: Json, event: Json) -> None:
    _auction(replica, data["auction"]).update({name: data[name] for name in STANDING})


def _auction_extended(replica: Replica, data: Json, event: Json) -> None:
    later = {name: data[name] for name in ("ends_at", "extensions")}
    _auction(replica, data["auction"]).update(later, closing=False)


def _auction_closing(replica: Replica, data: Json, event: Json) -> None:
    _auction(replica, data["auction"])["closing"] = True


def _drop_auction(replica: Replica, auction_id: str) -> None:
    for section, key in (("auctions", "id"), ("auction_terms", "auction")):
        if section in replica.state:
            rest = [each for each in replica.state[section] if each[key] != auction_id]
            replica.state[section] = rest


def _auction_closed(replica: Replica, data: Json, event: Json) -> None:
    auction = _auction(replica, data["auction"])
    if data["left"]:
        auction.update(_nobody(auction), unit=auction["unit"] + 1)
    else:
        _drop_auction(replica, data["auction"])
    if item := replica.item(data["item"]):
        _stock(item, data)
    if data["outcome"] == "passed":
        _auction_line(replica, event, "passed")


def _auction_cancelled(replica: Replica, data: Json, event: Json) -> None:
    _auction(replica, data["auction"])
    _drop_auction(replica, data["auction"])
    if item := replica.item(data["item"]):
        _stock(item, data)


def _auction_chance(replica: Replica, data: Json, event: Json) -> None:
    shown = ("chance", "auction", "unit", "item", "user", "price", "until")
    chances = [*replica.state["chances"], {name: data[name] for name in shown}]
    replica.state["chances"] = sorted(chances, key=lambda each: (each["until"], each["chance"]))


def _auction_chance_over(replica: Replica, data: Json, event: Json) -> None:
    if replica.staff:
        rest = [each for each in replica.state["chances"] if each["chance"] != data["chance"]]
        replica.state["chances"] = rest
    _auction_released(replica, data, event)


def _auction_released(replica: Replica, data: Json, event: Json) -> None:
    if item := replica.item(data["item"]):
        _stock(item, data)


def _flash_started(replica: Replica, data: Json, event: Json) -> None:
    same = {name: data[name] for name in ("item", "price", "until", "quantity", "per_buyer", "was")}
    replica.state["flash"].append(same | {"taken": None, "went": None})
    _auction_line(replica, event, "flash")


def _flash_ended(replica: Replica, data: Json, event: Json) -> None:
    rest = [flash for flash in replica.state["flash"] if flash["item"] != data["item"]]
    if len(rest) == len(replica.state["flash"]):
        raise ProtocolError("a flash price is over that is not known")
    replica.state["flash"] = rest
    if shown := replica.item(data["item"]):
        shown["was"] = None
    item = {"id": data["item"], "number": data["number"], "title": data["title"]}
    replica.line(event, "flash_over", item=item, text=str(data["went"]))


def _giveaway(replica: Replica, data: Json) -> Json | None:
    """The newest giveaway, if an event is about it."""
    giveaway: Json | None = replica.state["giveaway"]
    return giveaway if giveaway and giveaway["id"] == data["giveaway"] else None


def _giveaway_stock(replica: Replica, data: Json) -> None:
    if data["item"] and (item := replica.item(data["item"]["id"])):
        _stock(item, data)


def _giveaway_line(replica: Replica, event: Json, kind: str, user: Json | None = None) -> None:
    data = event["data"]
    speaker = {**user, "role": ""} if user else None
    replica.line(event, kind, user=speaker, text=data["title"], item=data["item"])


def _giveaway_opened(replica: Replica, data: Json, event: Json) -> None:
    same = ("title", "variant", "who", "sponsor", "ends_at", "rules", "commitment")
    nothing = ("reason", "entries", "entries_hash", "beacon", "drawn_at", "winner", "entry")
    replica.state["giveaway"] = {name: data[name] for name in same} | {
        **dict.fromkeys(nothing),
        "id": data["giveaway"],
        "item": data["item"]["id"] if data["item"] else None,
        "status": "open",
        "opened_at": event["at"],
        "left": 0,
        "until": None,
    }
    _giveaway_stock(replica, data)
    _giveaway_line(replica, event, "giveaway")


def _giveaway_frozen(replica: Replica, data: Json, event: Json) -> None:
    giveaway = _giveaway(replica, data)
    if giveaway is None:
        raise ProtocolError("a giveaway is frozen that is not the newest")
    giveaway.update(status="frozen")
    giveaway.update({name: data[name] for name in ("entries", "entries_hash", "beacon", "until")})


def _giveaway_drawn(replica: Replica, data: Json, event: Json) -> None:
    if giveaway := _giveaway(replica, data):
        giveaway.update(
            status="drawn",
            drawn_at=event["at"],
            winner=data["winner"],
            entry=data["picks"][0],
            left=len(data["picks"]) - 1,
            until=data["until"],
        )
    _giveaway_line(replica, event, "giveaway_won", data["winner"])


def _giveaway_passed(replica: Replica, data: Json, event: Json) -> None:
    if giveaway := _giveaway(replica, data):
        giveaway.update({name: data[name] for name in ("winner", "entry", "left", "until")})
    _giveaway_line(replica, event, "giveaway_next", data["winner"])


def _giveaway_claimed(replica: Replica, data: Json, event: Json) -> None:
    if giveaway := _giveaway(replica, data):
        giveaway.update(status="claimed", until=None)
    _giveaway_stock(replica, data)
    if data["item"] and (item := replica.item(data["item"]["id"])):
        item["sold_here"] += 1


def _giveaway_over(replica: Replica, data: Json, event: Json) -> None:
    if giveaway := _giveaway(replica, data):
        giveaway.update(status="over", reason=data["reason"], until=None)
        giveaway.update(winner=None, entry=None, left=0)
    _giveaway_stock(replica, data)
    _giveaway_line(replica, event, "giveaway_over")


def _show_noted(replica: Replica, data: Json, event: Json) -> None:
    note = {"text": data["text"], "revision": data["revision"]}
    replica.state["notes"]["note"] = note if data["text"] else None


def _card_required(replica: Replica, data: Json, event: Json) -> None:
    replica.state["cards"]["required"] = data["required"]


def _item_promised(replica: Replica, data: Json, event: Json) -> None:
    if data["promises"]:
        replica.state["notes"]["promises"][data["item"]] = data["promises"]
    else:
        replica.state["notes"]["promises"].pop(data["item"], None)


def _user_renamed(replica: Replica, data: Json, event: Json) -> None:
    """Everywhere but where they said something is somebody called by the new name."""

    def rename(value: Any) -> Any:
        if isinstance(value, list):
            return [rename(each) for each in value]
        if not isinstance(value, dict):
            return value
        if value.get("id") == data["user"]["id"] and "handle" in value:
            return {**value, **data["user"]}
        return {name: rename(each) for name, each in value.items()}

    for name, section in replica.state.items():
        if name not in ("chat", "whispers"):
            replica.state[name] = rename(section)


def _sanction(kind: str, *, imposed: bool) -> Effect:
    def effect(replica: Replica, data: Json, event: Json) -> None:
        if not replica.staff:
            return
        who = data["user"]["id"]
        rest = [
            other
            for other in replica.state["sanctions"]
            if (other["user"]["id"], other["kind"]) != (who, kind)
        ]
        if imposed:
            new = {name: data[name] for name in ("user", "until", "reason", "by")}
            rest.append({**new, "kind": kind, "seq": event["seq"]})
        replica.state["sanctions"] = rest

    return effect


def _hidden(replica: Replica, data: Json, event: Json) -> None:
    if data:
        raise ProtocolError("a hidden event has data")


Effect = Callable[[Replica, Json, Json], None]

_EFFECTS: dict[str, Effect] = {
    "show.configured": _show_configured,
    "show.scheduled": _show_scheduled,
    "show.started": _show_started,
    "show.interrupted": _show_interrupted,
    "show.resumed": _show_resumed,
    "show.ended": _show_ended,
    "show.staffed": _show_staffed,
    "show.unstaffed": _show_unstaffed,
    "stream.started": _stream_started,
    "stream.stopped": _stream_stopped,
    "item.added": _item_added,
    "item.removed": _item_removed,
    "item.moved": _item_moved,
    "item.changed": _item_changed,
    "item.pinned": _item_pinned,
    "item.unpinned": _item_unpinned,
    "item.repriced": _item_repriced,
    "item.stocked": _item_stocked,
    "item.claimed": _item_claimed,
    "item.waitlisted": _item_waitlisted,
    "item.unwaitlisted": _item_unwaitlisted,
    "item.line_over": _item_line_over,
    "item.released": _item_released,
    "item.exchanged": _item_exchanged,
    "item.paying": _item_paying,
    "item.sold": _item_sold,
    "item.returned": _item_returned,
    "chat.said": _chat_said,
    "chat.announced": _chat_announced,
    "chat.deleted": _chat_deleted,
    "chat.restored": _chat_restored,
    "chat.purged": _chat_purged,
    "chat.unpurged": _chat_unpurged,
    "chat.whispered": _chat_whispered,
    "chat.unwhispered": _chat_unwhispered,
    "chat.braked": _chat_braked,
    "chat.slowed": _chat_slowed,
    "chat.restricted": _chat_restricted,
    "chat.words_set": _chat_words_set,
    "auction.put_up": _auction_put_up,
    "auction.opened": _auction_opened,
    "auction.bid": _auction_stands,
    "auction.extended": _auction_extended,
    "auction.closing": _auction_closing,
    "auction.bidder_out": _auction_stands,
    "auction.closed": _auction_closed,
    "auction.cancelled": _auction_cancelled,
    "auction.chance": _auction_chance,
    "auction.chance_over": _auction_chance_over,
    "auction.released": _auction_released,
    "flash.started": _flash_started,
    "flash.ended": _flash_ended,
    "giveaway.opened": _giveaway_opened,
    "giveaway.frozen": _giveaway_frozen,
    "giveaway.drawn": _giveaway_drawn,
    "giveaway.passed": _giveaway_passed,
    "giveaway.claimed": _giveaway_claimed,
    "giveaway.over": _giveaway_over,
    "poll.opened": _poll_opened,
    "poll.closed": _poll_closed,
    "user.renamed": _user_renamed,
    "user.muted": _sanction("mute", imposed=True),
    "user.unmuted": _sanction("mute", imposed=False),
    "user.banned": _sanction("ban", imposed=True),
    "user.unbanned": _sanction("ban", imposed=False),
    "show.noted": _show_noted,
    "show.card_required": _card_required,
    "item.promised": _item_promised,
    "hidden": _hidden,
}
