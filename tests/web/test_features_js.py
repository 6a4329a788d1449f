"""What a feature of a show gives, and where it goes, without anybody else knowing it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

REGISTRY = """
async () => {
  const { Features } = await import("/web/lib/features.js");
  const { explain } = await import("/web/lib/words.js");
  const { ApiError } = await import("/web/lib/api.js");
  const told = [];
  const polls = {
    name: "polls",
    reducers: {
      "poll.opened": (state, data) => ({ ...state, polls: [...state.polls, data.poll] }),
      "show.ended": (state) => ({ ...state, polls: [] }),
    },
    lines: { polled: (line) => ({ text: `A poll: ${line.text}`, tone: "ok" }) },
    notices: { poll_won: ({ name }) => told.push(name) },
    acts: { "poll.opened": { text: () => "opened a poll", undo: true } },
    refusals: { poll_open: "One poll at a time." },
  };
  const notes = {
    name: "notes",
    reducers: { "show.ended": (state, { at }) => ({ ...state, closed: at }) },
  };
  const features = new Features([polls, notes]);
  const apply = (state, type, data) => features.apply(state, { seq: 1, at: 1, type, data });
  const start = { show: { id: "s" }, polls: [], raffles: { of: "somebody else" } };
  const opened = apply(start, "poll.opened", { poll: "p" });
  const ended = apply(opened, "show.ended", { at: 5 });
  features.notify({ notice: { kind: "poll_won" }, name: "#1 Coat" });
  features.notify({ notice: { kind: "nobody knows" }, name: "#2 Hat" });
  const line = (kind) => features.lineText({ kind, text: "Red?" });
  const wrong = (...list) => {
    try { new Features(list); return ""; } catch (error) { return error.message; }
  };
  return {
    opened, ended, told,
    same: apply(start, "raffle.drawn", {}) === start,
    known: line("polled"), unknown: line("raffled"),
    acts: [features.act("poll.opened").text(), features.act("raffle.drawn").text()],
    refusal: explain(new ApiError({ code: "poll_open", detail: "poll is open" })),
    twice: wrong(polls, { name: "polls" }), both: wrong(polls, { name: "x", lines: polls.lines }),
  };
}
"""

ROOM = """
async () => {
  const { Features } = await import("/web/lib/features.js");
  const { RoomElement, RoomPage } = await import("/web/lib/room.js");
  const { html } = await import("/web/vendor/lit.js");
  await import("/web/components/ls-slot.js");
  class Poll extends RoomElement {
    constructor() {
      super();
      this.follow("polls:told", (event) => (this.title = event.detail));
    }
    render() { return html`${this.state?.polls.length ?? 0} polls`; }
  }
  let loads = 0;
  const polls = {
    name: "polls",
    messages: { "poll_counts": (data, room) => (room.counts = data) },
    ephemeral: { "poll_votes": (state, votes) => ({ ...state, votes }) },
    slots: {
      viewer: {
        load: async () => { loads++; customElements.define("x-poll", Poll); },
        render: ({ of }) => html`<x-poll data-of=${of}></x-poll>`,
        when: ({ guest }) => !guest,
      },
      studio: { render: () => html`<b>elsewhere</b>` },
    },
  };
  class Page extends RoomPage {
    constructor() { super(new Features([polls])); }
    render() { return html`<ls-slot place="viewer" .about=${{ of: "coat" }}></ls-slot>`; }
  }
  customElements.define("x-page", Page);
  const page = document.createElement("x-page");
  document.body.append(page);
  const settle = () => new Promise((done) => setTimeout(done));
  const shown = () => {
    const slot = page.renderRoot.querySelector("ls-slot");
    const poll = slot.renderRoot.querySelector("x-poll");
    return poll ? `${poll.dataset.of}: ${poll.renderRoot?.textContent.trim() ?? ""}` : "";
  };
  await settle();
  const first = shown();
  page.room.state = { show: { id: "s", status: "live" }, polls: [1, 2] };
  page.room.dispatchEvent(new Event("change"));
  await settle();
  const then = shown();
  const poll = page.renderRoot.querySelector("ls-slot").renderRoot.querySelector("x-poll");
  const tell = (title) =>
    page.room.dispatchEvent(new CustomEvent("polls:told", { detail: title }));
  tell("heard");
  const hear = (name, data) =>
    page.room.socket.listeners(name).forEach((listener) => listener(data));
  hear("poll_votes", [3, 4]);
  await settle();
  const votes = poll.state.votes;
  const heard = poll.title;
  page.setGuest(true);
  await settle();
  tell("not any more");
  return { first, then, heard, gone: shown(), after: poll.title, loads, votes,
           message: [...page.room.features.messages.keys()] };
}
"""


async def test_a_feature_brings_its_part_of_everything(page: Page) -> None:
    found: Any = await page.evaluate(REGISTRY)
    kept = {"show": {"id": "s"}, "raffles": {"of": "somebody else"}}
    assert found["opened"] == kept | {"polls": ["p"]}
    assert found["ended"] == kept | {"polls": [], "closed": 5}
    assert found["same"]
    assert found["told"] == ["#1 Coat"]
    assert found["known"] == {"text": "A poll: Red?", "tone": "ok"}
    assert found["unknown"] == {"text": "Red?", "tone": "plain"}
    assert found["acts"] == ["opened a poll", "raffle.drawn"]
    assert found["refusal"] == "One poll at a time."
    assert found["twice"] == "two features are called polls"
    assert found["both"] == "two features know polled"


async def test_what_a_feature_puts_into_a_place_has_the_room(page: Page) -> None:
    assert await page.evaluate(ROOM) == {
        "first": "coat: 0 polls",
        "then": "coat: 2 polls",
        "heard": "heard",
        "gone": "",
        "after": "heard",
        "loads": 1,
        "votes": [3, 4],
        "message": ["poll_counts"],
    }


async def test_the_server_has_the_word_unless_it_was_not_heard(page: Page) -> None:
    said = await page.evaluate(
        """async () => {
          const { explain } = await import("/web/lib/words.js");
          const { ApiError } = await import("/web/lib/api.js");
          const error = (of) => explain(new ApiError(of));
          return [
            error({ code: "sold_out", detail: "All of these are sold." }),
            error({ code: "invalid", detail: "x", errors: [{ field: "a", message: "Too long." }] }),
            error({ code: "network" }),
            error({ code: "something_new" }),
            explain(new TypeError("a bug")),
          ];
        }"""
    )
    assert said == [
        "All of these are sold.",
        "Too long.",
        "No connection to the server. Check your network; nothing was lost, just try again.",
        "That did not work. Please try again.",
        "Something broke on our side. Please try again.",
    ]
