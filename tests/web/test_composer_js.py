"""Where messages are written: what is foretold there is corrected, and drafts are kept."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

# A room that is not connected, with a composer in it; `come` is what the server tells.
SET_UP = """
async () => {
  const { Features } = await import("/web/lib/features.js");
  const { RoomPage } = await import("/web/lib/room.js");
  const { learnClock } = await import("/web/lib/time.js");
  const { ApiError } = await import("/web/lib/api.js");
  const { html } = await import("/web/vendor/lit.js");
  await import("/web/features/chat/ls-chat-composer.js");
  learnClock(Date.now());
  class Page extends RoomPage {
    constructor() { super(new Features([])); this.layout = 0; }
    render() {
      return this.layout
        ? html`<div><ls-chat-composer></ls-chat-composer></div>`
        : html`<main><ls-chat-composer></ls-chat-composer></main>`;
    }
  }
  if (!customElements.get("x-page")) customElements.define("x-page", Page);
  const page = document.createElement("x-page");
  document.body.replaceChildren(page);
  const { room } = page;
  room.show = "s";
  const said = [];
  room.command = (type, { text }) => {
    said.push(text);
    const answer = window.answer ?? {};
    return answer.code ? Promise.reject(new ApiError(answer)) : Promise.resolve(answer);
  };
  const settle = async () => {
    await new Promise((done) => setTimeout(done));
    await page.updateComplete;
    await new Promise((done) => setTimeout(done));
  };
  const deep = (selector) =>
    page.renderRoot.querySelector("ls-chat-composer").renderRoot.querySelector(selector);
  Object.assign(window, {
    said, settle, deep,
    server: (changes) => {
      room.state = { show: { status: "live", host: {} }, chat: { slow_seconds: 0, mode: "everyone",
        lines: [], ...changes } };
      room.dispatchEvent(new Event("change"));
      return settle();
    },
    mine: (changes) => {
      room.mine = { user: { id: "ann", handle: "ann" }, can: ["chat"], muted: null, ...changes };
      room.dispatchEvent(new Event("change"));
      return settle();
    },
    turn: async () => {
      page.layout = 1 - page.layout;
      page.requestUpdate();
      await settle();
    },
    type: (text) => {
      const input = deep("input");
      input.value = text;
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    send: async () => { deep("form").requestSubmit(); await settle(); },
    // Sent, and answered later by `answerNow`.
    sendSlowly: async () => {
      room.command = (_, { text }) => new Promise((done, refuse) => {
        window.answerNow = async (answer) => {
          if (answer.code) refuse(new ApiError(answer)); else done(answer);
          await settle();
        };
      });
      await send();
    },
    line: (ago) => ({ id: 1, at: Date.now() - ago, kind: "message", user: { id: "ann" } }),
    text: () => deep("input")?.value,
    button: () => [deep(".send").disabled, deep(".send").textContent.trim()],
    note: () => (deep("[data-testid=chat-note]")?.textContent ?? "").trim(),
    muted: () => Boolean(deep("[data-testid=chat-muted]")),
  });
}
"""


@pytest.fixture
async def composer(page: Page) -> Page:
    await page.evaluate(SET_UP)
    return page


async def run(page: Page, *steps: str) -> Any:
    return await page.evaluate(f"async () => {{ {chr(10).join(steps)} }}")


async def test_the_wait_of_slow_mode_is_that_of_the_present_rule(composer: Page) -> None:
    """faults.md 42: slow mode was turned off, and the composer went on counting 58 s."""
    seen = await run(
        composer,
        "await mine({});",
        "await server({ slow_seconds: 60, lines: [line(2_500)] }); const slow = button();",
        "await server({ slow_seconds: 30, lines: [line(2_500)] }); const less = button();",
        "await server({ slow_seconds: 0, lines: [] }); const off = button();",
        "await server({ slow_seconds: 60, lines: [] }); const again = button();",
        "await mine({ can: ['chat', 'moderate'] }); const staff = button();",
        "return { slow, less, off, again, staff };",
    )
    assert seen == {
        "slow": [False, "58"],
        "less": [False, "28"],
        "off": [False, ""],
        "again": [False, "58"],
        "staff": [False, ""],
    }


async def test_a_claim_by_comment_is_not_held_by_slow_mode(composer: Page) -> None:
    """faults.md 42: `sold 1` could not be sent while the composer counted."""
    seen = await run(
        composer,
        "await mine({}); await server({ slow_seconds: 60, lines: [line(1_000)] });",
        "type('sold 1'); await send(); return { said, left: text() };",
    )
    assert seen == {"said": ["sold 1"], "left": ""}


async def test_what_the_server_refused_is_forgotten_when_its_reason_is(composer: Page) -> None:
    """faults.md 42: the refusal's own wait is corrected, too, and its sentence goes."""
    seen = await run(
        composer,
        "await mine({}); await server({ slow_seconds: 60 });",
        "window.answer = { code: 'slow_mode', detail: 'Slow mode.', retryAfter: 40 };",
        "type('hello'); await send();",
        "const refused = [note(), text(), Number(button()[1]) > 38];",
        "await server({ slow_seconds: 0 }); const over = [note(), text(), button()[1]];",
        "return { refused, over };",
    )
    assert seen == {"refused": ["Slow mode.", "hello", True], "over": ["", "hello", ""]}


async def test_who_had_to_wait_as_a_newcomer_is_let_in_when_the_brake_is_off(
    composer: Page,
) -> None:
    """The kind of faults.md 42: a refusal's sentence goes with its rule."""
    seen = await run(
        composer,
        "await mine({}); await server({ newcomer_minutes: 10 });",
        "window.answer = { code: 'newcomer', detail: 'New accounts wait.' };",
        "type('hello'); await send();",
        "const refused = [note(), text()];",
        "await server({ newcomer_minutes: 60 }); const still = note();",
        "await server({ newcomer_minutes: 0 }); const over = [note(), text()];",
        "return { refused, still, over };",
    )
    assert seen == {
        "refused": ["New accounts wait.", "hello"],
        "still": "New accounts wait.",
        "over": ["", "hello"],
    }


async def test_a_mute_that_is_over_is_not_shown_whatever_came_last(composer: Page) -> None:
    """faults.md 41: "muted until … (0 seconds)" stood there after the end."""
    seen = await run(
        composer,
        "await server({}); await mine({ muted: { until: Date.now() + 400, reason: 'loud' } });",
        "const during = muted();",
        "const gone = () => new Promise((done) => {",
        "  const look = () => (muted() ? setTimeout(look, 20) : done(true)); look(); });",
        "await gone();",
        "await mine({ muted: { until: null, reason: 'loud' } });",
        "return [during, muted()];",
    )
    assert seen == [True, True]


async def test_a_draft_outlives_a_mute_a_turn_of_the_tablet_and_the_page(composer: Page) -> None:
    """faults.md 44: it was lost when one was muted and unmuted, and when a tablet was turned."""
    seen = await run(
        composer,
        "await mine({}); await server({}); type('is it wo');",
        "await mine({ muted: { until: null, reason: 'x' } }); const muted = text();",
        "await mine({}); await turn(); const turned = text();",
        "await server({ }); return [muted, turned];",
    )
    assert seen == ["is it wo", "is it wo"]
    await composer.reload()
    await composer.evaluate(SET_UP)
    assert await run(composer, "await mine({}); await server({}); return text();") == "is it wo"
    # What is sent is no draft any more; what is refused is.
    sent = await run(
        composer,
        "await send(); await turn(); const sent = text();",
        "window.answer = { code: 'blocked_word', detail: 'No.' };",
        "type('rubbish'); await send(); await turn(); return [sent, text()];",
    )
    assert sent == ["", "rubbish"]


async def test_a_draft_belongs_to_one_person_and_ends_with_their_sign_out(composer: Page) -> None:
    """faults.md 44: drafts must not be there for the next person at the device."""
    await composer.route("**/api/session", lambda route: route.fulfill(status=204))
    seen = await run(
        composer,
        "await mine({}); await server({}); type('my secret');",
        "await mine({ user: { id: 'bob', handle: 'bob' } }); const bob = text();",
        "await mine({}); const ann = text();",
        "const { session } = await import('/web/lib/session.js');",
        "const kept = { ...sessionStorage };",
        "await session.signOut(); await turn(); const out = text();",
        # Another tab that slept while somebody signed out.
        "Object.assign(sessionStorage, kept); await turn();",
        "return [bob, ann, out, text(), JSON.stringify(sessionStorage).includes('secret')];",
    )
    assert seen == ["", "my secret", "", "", False]


async def test_what_was_typed_while_a_message_was_refused_stands_behind_it(composer: Page) -> None:
    """tiann/hapi#776, sambitcreate/aiden-agent#174: only the newer text survived the refusal."""
    seen = await run(
        composer,
        "await mine({}); await server({});",
        "type('is it wool?'); await sendSlowly(); type('and how long');",
        "await answerNow({ code: 'network' }); const both = text();",
        "await turn(); const kept = text();",
        "type('fine'); await sendSlowly(); type('and now');",
        "await answerNow({}); const newer = text();",
        "await turn(); return [both, kept, newer, text()];",
    )
    both = "is it wool? and how long"
    assert seen == [both, both, "and now", "and now"]


async def test_a_message_is_as_long_as_the_server_takes_it_and_never_cut(composer: Page) -> None:
    """zulip/zulip-flutter#1238: 300 emoji were cut at 250. Core-PWA#3458: what is pasted is not
    trimmed and sent."""
    seen = await run(
        composer,
        "await mine({}); await server({});",
        "const put = (text) => {",
        "  deep('input').focus(); document.execCommand('insertText', false, text); };",
        "put('\U0001f457'.repeat(500)); await send(); const emoji = [...said[0]].length;",
        "put('x'.repeat(700)); await send();",
        "const long = [said.length, text().length, deep('input').validationMessage];",
        "type('y'.repeat(500)); await send();",
        "return [emoji, long, said.at(-1).length];",
    )
    assert seen == [500, [1, 700, "200 characters too long."], 500]
