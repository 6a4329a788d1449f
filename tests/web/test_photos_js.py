"""What becomes of a picture before it is sent."""

from __future__ import annotations

from playwright.async_api import Page

# A picture of noise in the middle, transparent around it.
SEND = """
async (edge) => {
  const canvas = new OffscreenCanvas(edge, edge);
  const context = canvas.getContext("2d");
  const inside = context.createImageData(edge - 40, edge - 40);
  for (let at = 0; at < inside.data.length; at += 65_536)
    crypto.getRandomValues(inside.data.subarray(at, at + 65_536));
  for (let at = 3; at < inside.data.length; at += 4) inside.data[at] = 255;
  context.putImageData(inside, 20, 20);
  const file = await canvas.convertToBlob({ type: "image/png" });
  let sent;
  window.fetch = async (_, { body }) => ((sent = body), new Response("{}"));
  const { uploadPhoto } = await import("/web/lib/photos.js");
  await uploadPhoto(file);
  const shown = new OffscreenCanvas(edge, edge).getContext("2d");
  shown.drawImage(await createImageBitmap(sent), 0, 0);
  return [file.size > 1_500_000, sent.type, [...shown.getImageData(2, 2, 1, 1).data]];
}
"""


async def test_what_shows_through_a_large_picture_is_white_not_black(page: Page) -> None:
    """elninotech/uppload#81: transparent pictures were uploaded with a black ground."""
    assert await page.evaluate(SEND, 900) == [True, "image/jpeg", [255, 255, 255, 255]]
    # One that is small enough is sent as it is.
    assert await page.evaluate(SEND, 300) == [False, "image/png", [0, 0, 0, 0]]
