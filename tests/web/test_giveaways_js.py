"""A browser draws as the server does, and says what does not agree."""

from __future__ import annotations

from playwright.async_api import Page

from tests.domain.giveaways.test_draw import VECTORS
from tests.domain.giveaways.test_verify import DRAWN, THREE, proof_of

DRAW = """
async (vectors) => {
  const { commitmentOf, hashOf, picksOf, randomnessOf } =
    await import("/web/features/giveaways/draw.js");
  return Promise.all(
    vectors.map(async ({ seed, entries, signature, randomness }) => ({
      commitment: await commitmentOf(seed),
      entries_hash: await hashOf(entries),
      randomness: signature ? await randomnessOf(signature) : "",
      picks: await picksOf(seed, entries, randomness),
    })),
  );
}
"""
CHECK = """
async (proofs) => {
  const { check } = await import("/web/features/giveaways/draw.js");
  return Promise.all(proofs.map(async (proof) => (await check(proof)).map(({ ok }) => ok)));
}
"""


async def test_a_draw_is_what_the_vectors_say(page: Page) -> None:
    names = ("commitment", "entries_hash", "randomness", "picks")
    drawn = await page.evaluate(DRAW, VECTORS)
    assert drawn == [{name: vector[name] for name in names} for vector in VECTORS]


async def test_what_was_changed_is_said(page: Page) -> None:
    true = [proof_of(vector) for vector in DRAWN]
    changed = [
        proof_of(THREE, seed="00" * 32),
        proof_of(THREE, entry_ids=THREE["entries"][:2]),
        proof_of(THREE, picks=THREE["picks"][::-1]),
    ]
    said = await page.evaluate(CHECK, [*true, *changed])
    assert all(False not in steps and True in steps for steps in said[: len(true)])
    assert all(False in steps for steps in said[len(true) :])
