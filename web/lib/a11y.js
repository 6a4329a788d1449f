// @ts-check
/** Saying things to people who listen instead of looking. */
import { layers } from "/web/lib/layers.js";

/** @type {Record<string, HTMLElement>} */
const regions = {};

/** @param {"polite" | "assertive"} how */
function region(how) {
  if (!regions[how]) {
    const element = document.createElement("div");
    element.setAttribute("aria-live", how);
    element.setAttribute("role", how === "assertive" ? "alert" : "status");
    element.dir = "auto";
    element.dataset.testid = `announcer-${how}`;
    // Out of sight but not hidden: display:none would silence it.
    Object.assign(element.style, {
      position: "fixed",
      width: "1px",
      height: "1px",
      overflow: "hidden",
      clipPath: "inset(50%)",
      whiteSpace: "nowrap",
    });
    regions[how] = element;
  }
  if (regions[how].parentElement !== layers.root) layers.root.append(regions[how]);
  return regions[how];
}

/**
 * Have a screen reader say `text`; "assertive" interrupts, for what costs money or time.
 *
 * @param {string} text
 * @param {"polite" | "assertive"} [how]
 */
export function announce(text, how = "polite") {
  const element = region(how);
  element.textContent = "";
  // Saying the same thing twice needs a change in between.
  setTimeout(() => (element.textContent = text), 60);
}

export const prefersReducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
