// @ts-check
/**
 * Cut a message into plain pieces and mentions.
 *
 * @param {string} text
 * @returns {{text: string, handle: string}[]}  `handle` is "" for plain text
 */
export function pieces(text) {
  /** @type {{text: string, handle: string}[]} */
  const found = [];
  let from = 0;
  for (const match of text.matchAll(/(?<![\p{L}\p{N}_@.])@([a-z0-9_.]{2,24})/giu)) {
    // A full stop at the end belongs to the sentence, not to the handle.
    const handle = match[1].replace(/\.+$/, "");
    if (handle.length < 2) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index), handle: "" });
    found.push({ text: `@${handle}`, handle: handle.toLowerCase() });
    from = match.index + 1 + handle.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), handle: "" });
  return found;
}

/** @param {string} text @param {string | undefined} handle */
export const mentions = (text, handle) =>
  handle !== undefined && pieces(text).some((p) => p.handle === handle);
