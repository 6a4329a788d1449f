// @ts-check
import { Directive, directive, noChange } from "/web/vendor/lit.js";

/**
 * Set custom properties on an element: `<i ${vars({ "--hue": 20 })}>`.
 *
 * Lit's own `styleMap` writes a style attribute the first time, which our Content-Security-Policy
 * forbids; this goes through the CSSOM always.
 */
class VarsDirective extends Directive {
  /** @param {Record<string, string | number | null>} _values */
  render(_values) {
    return noChange;
  }

  /**
   * @param {import("/web/vendor/lit.js").ElementPart} part
   * @param {[Record<string, string | number | null>]} args
   */
  update(part, [values]) {
    for (const [name, value] of Object.entries(values)) {
      if (value === null) part.element.style.removeProperty(name);
      else part.element.style.setProperty(name, String(value));
    }
    return noChange;
  }
}

export const vars = directive(VarsDirective);
