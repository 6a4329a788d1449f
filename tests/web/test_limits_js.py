"""How long a text may be is counted in one way on both sides."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page

WEB = Path(__file__).parents[2] / "web"

FIELD = """
async () => {
  const { limit } = await import("/web/lib/limit.js");
  const { html, render } = await import("/web/vendor/lit.js");
  const show = (max, text) =>
    render(html`<input ${limit(max)} .value=${text} />`, document.body);
  show(3, "");
  const field = document.querySelector("input");
  const seen = (text) => {
    field.value = text;
    field.dispatchEvent(new InputEvent("input"));
    return field.validationMessage;
  };
  const said = ["abc", "\U0001f457".repeat(3), " abc ", "abcd", "abcde"].map(seen);
  show(5, "");
  await 0;
  const longer = field.validationMessage;
  // Another text that nobody typed.
  show(3, "abcdef");
  await 0;
  const given = field.validationMessage;
  show(3, "abc");
  await 0;
  return [...said, longer, given, field.validationMessage];
}
"""


async def test_a_length_is_counted_in_code_points(page: Page) -> None:
    """zulip/zulip-flutter#1238: a field counted UTF-16 units, of which an emoji has two."""
    assert await page.evaluate(FIELD) == [
        "",
        "",
        "",
        "1 character too long.",
        "2 characters too long.",
        "",
        "3 characters too long.",
        "",
    ]


SIZES = """
async () => {
  await import("/web/features/catalog/ls-variants-editor.js");
  const editor = document.createElement("ls-variants-editor");
  document.body.replaceChildren(editor);
  const rows = (size) => [{ size, color: "", quantity: 1, held: 0, sold: 0 }];
  const checked = async (size) => {
    editor.rows = rows(size);
    await editor.updateComplete;
    await 0;
    return editor.check();
  };
  return [await checked("x".repeat(31)), await checked(""), await checked("x".repeat(30))];
}
"""


async def test_a_size_that_is_too_long_is_not_sent(page: Page) -> None:
    """zulip/zulip-flutter#1238: a field has one message, of two that may be wrong with it."""
    assert await page.evaluate(SIZES) == [False, False, True]


def test_no_field_for_what_people_write_is_cut_in_utf_16() -> None:
    """zulip/zulip-flutter#1238: `maxlength` is for codes and handles, which are ASCII."""
    cuts = {
        (path.relative_to(WEB).as_posix(), length)
        for folder in ("lib", "components", "features", "pages")
        for path in (WEB / folder).rglob("*.js")
        for length in re.findall(r"maxlength=(\S+)", path.read_text())
    }
    assert cuts == {
        ("features/accounts/ls-sign-in.js", '"25"'),
        ("features/checkout/ls-card-form.js", '"4"'),
        ("features/checkout/ls-payment.js", '"20"'),
        ("features/coupons/ls-coupon-field.js", '"40"'),
        ("features/coupons/ls-coupon-form.js", '"24"'),
        ("features/lending/ls-borrow.js", '"25"'),
        ("features/running/ls-team.js", '"25"'),
    }
