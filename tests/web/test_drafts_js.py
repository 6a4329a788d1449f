"""Fields that keep what is written into them."""

from __future__ import annotations

from playwright.async_api import Page

KEPT = """
async () => {
  const { draft, draftOf } = await import("/web/lib/drafts.js");
  const { html, render } = await import("/web/vendor/lit.js");
  const place = document.createElement("div");
  document.body.append(place);
  const row = (name) => html`<input class=${name} ${draft(name)} />`;
  const show = (standing) => render(
    html`<form>${["one", "two"].map(row)}
      <textarea .value=${standing} ${draft("note", standing)}></textarea></form>`, place);
  const again = async (standing) => { render(html``, place); show(standing); await 0; };
  const field = (selector) => place.querySelector(selector);
  const type = (selector, text) => {
    field(selector).value = text;
    field(selector).dispatchEvent(new InputEvent("input"));
  };
  const seen = () => [field(".one").value, field(".two").value, field("textarea").value];
  await again("pinned");
  const first = seen();
  type(".one", "Red"); type(".two", "Blue"); type("textarea", "pinned, and more");
  await again("pinned");
  const kept = seen();
  type("textarea", "pinned");
  await again("pinned");
  const standing = [seen()[2], draftOf("note")];
  field("form").reset();
  await again("pinned");
  return { first, kept, standing, sent: seen().slice(0, 2) };
}
"""


async def test_drafts_come_back_and_are_gone_when_the_form_was_sent(page: Page) -> None:
    """faults.md 44: what the team was writing was lost with the tab it was written in."""
    assert await page.evaluate(KEPT) == {
        "first": ["", "", "pinned"],
        "kept": ["Red", "Blue", "pinned, and more"],
        "standing": ["pinned", ""],
        "sent": ["", ""],
    }


OUTDATED = """
async () => {
  await import("/web/components/ls-field.js");
  const { draft, draftOf, sendDrafts, takeDraft } = await import("/web/lib/drafts.js");
  const { html, render } = await import("/web/vendor/lit.js");
  const place = document.createElement("div");
  document.body.append(place);
  const show = (title, hold) => render(
    html`<ls-field label="Title"><input .value=${title} ${draft("a.title", title)} /></ls-field>
      <ls-field label="Hold"><select ${draft("a.hold", hold)}>${["1", "2", "3"].map(
        (s) => html`<option value=${s} ?selected=${s === hold}>${s} minutes</option>`)}
      </select></ls-field>`, place);
  const again = async (...now) => { render(html``, place); show(...now); await 0; };
  const set = (tag, text) => {
    place.querySelector(tag).value = text;
    place.querySelector(tag).dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const seen = async () => {
    const fields = [...place.querySelectorAll("ls-field")];
    await Promise.all(fields.map((field) => field.updateComplete));
    const told = (field) => field.shadowRoot.querySelector(".outdated bdi")?.textContent ?? "";
    return [...fields.map((field) => field.control.value), ...fields.map(told)];
  };
  await again("Coat", "1");
  set("input", "Red coat"); set("select", "2");
  await again("Coat", "1");
  const kept = await seen();
  // Cleared is changed, too.
  set("input", "");
  await again("Coat", "1");
  const cleared = (await seen())[0];
  set("input", "Red coat");
  // Somebody else has saved another title meanwhile, and the hold is as it was.
  await again("Blue coat", "1");
  const changed = await seen();
  const gone = draftOf("a.title");
  await again("Blue coat", "1");
  const later = await seen();
  // The same happens while it is written.
  set("input", "Green coat");
  show("Black coat", "3");
  await 0;
  const under = await seen();
  // What is saved is nobody else's change; what is refused is a draft again.
  set("input", "Best coat"); set("select", "2");
  const refused = await sendDrafts("a.", async () => { throw new Error("no"); }).catch(() => "no");
  const back = [draftOf("a.title"), draftOf("a.hold")];
  await sendDrafts("a.", async () => show("Best coat.", "2"));
  await 0;
  const saved = [...await seen(), draftOf("a.title"), draftOf("a.hold")];
  return { kept, cleared, changed, gone, later, under, refused, back, saved };
}
"""


async def test_a_draft_never_takes_away_what_somebody_else_has_saved(page: Page) -> None:
    """faults.md 44: what was begun on another text is shown to its writer and not put back."""
    assert await page.evaluate(OUTDATED) == {
        "kept": ["Red coat", "2", "", ""],
        "cleared": "",
        "changed": ["Blue coat", "2", "Red coat", ""],
        "gone": "",
        "later": ["Blue coat", "2", "", ""],
        "under": ["Black coat", "3", "Green coat", "2 minutes"],
        "refused": "no",
        "back": ["Best coat", "2"],
        "saved": ["Best coat.", "2", "", "", "", ""],
    }
