// @ts-check
/** @typedef {import("/web/lib/protocol.js").ChatLine} ChatLine */

// As the server finds them. The flag i would take letters such as the Kelvin sign for Latin ones.
const BESIDES = String.raw`\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}_.@`;
const MENTION = new RegExp(
  String.raw`(?<![${BESIDES}])@([A-Za-z0-9_.]{2,})(?![\p{Script=Latin}\p{M}])`,
  "gu",
);

/**
 * Cut a message into plain pieces and mentions of people whom there are.
 *
 * @param {Pick<ChatLine, "text" | "mentions">} line
 * @returns {{text: string, handle: string}[]}  `handle` is "" for plain text
 */
export function pieces({ text, mentions }) {
  /** @type {{text: string, handle: string}[]} */
  const found = [];
  let from = 0;
  for (const match of text.matchAll(MENTION)) {
    // A full stop at the end belongs to the sentence, not to the handle.
    const handle = match[1].replace(/\.+$/, "");
    if (!mentions.includes(handle.toLowerCase())) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index), handle: "" });
    found.push({ text: `@${handle}`, handle: handle.toLowerCase() });
    from = match.index + 1 + handle.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), handle: "" });
  return found;
}

/** @param {ChatLine} line @param {string | undefined} handle */
export const mentions = (line, handle) => handle !== undefined && line.mentions.includes(handle);
