// @ts-check
/** Dragging rows of a list by a handle, with mouse, pen or finger. */

/**
 * Follow one drag, begun by a `pointerdown` on a handle.
 *
 * @param {PointerEvent} event
 * @param {HTMLElement[]} rows  in their order
 * @param {number} from  index of the row that is dragged
 * @param {(to: number) => void} over  told while dragging: the index at which the row would end
 * @param {(to: number | null) => void} done  told at the end; null when it was given up
 */
export function dragRow(event, rows, from, over, done) {
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  const row = rows[from];
  const middles = rows.map((r) => r.getBoundingClientRect()).map((box) => box.top + box.height / 2);
  const start = event.clientY;
  let to = from;
  handle.setPointerCapture(event.pointerId);
  event.preventDefault();

  const move = (/** @type {PointerEvent} */ e) => {
    const at = middles[from] + (e.clientY - start);
    row.style.transform = `translateY(${e.clientY - start}px)`;
    const others = middles.filter((_, n) => n !== from);
    to = others.filter((middle) => middle < at).length;
    over(to);
  };
  const end = (/** @type {PointerEvent} */ e) => {
    row.style.transform = "";
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("pointerup", end);
    handle.removeEventListener("pointercancel", end);
    done(e.type === "pointerup" && to !== from ? to : null);
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
}
