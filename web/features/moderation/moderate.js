// @ts-check
/** Moderation as one act: do it, say that it is done, offer to take it back. */
import { serverNow } from "/web/lib/time.js";
import { toast, toastError } from "/web/components/ls-toast.js";

/**
 * @param {import("/web/lib/show-client.js").ShowClient} room
 * @param {string} type  a moderation command
 * @param {Record<string, any>} fields
 * @param {string} done  what to say when it is done
 * @returns {Promise<boolean>} whether it was done
 */
export async function act(room, type, fields, done) {
  try {
    const { seq } = await room.command(type, fields);
    toast(done, { tone: "ok", action: "Undo", run: () => undo(room, seq) });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

/**
 * @param {import("/web/lib/show-client.js").ShowClient} room
 * @param {number} seq  of a moderation event
 */
export async function undo(room, seq) {
  try {
    await room.command("undo", { seq });
    toast("Undone.", { tone: "ok" });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

/** @type {{seconds: number | undefined, text: string, said: string}[]} */
export const MUTES = [
  { seconds: 60, text: "1 min", said: "for a minute" },
  { seconds: 300, text: "5 min", said: "for 5 minutes" },
  { seconds: 3600, text: "1 hour", said: "for an hour" },
  { seconds: undefined, text: "Whole show", said: "for the whole show" },
];

export const REASONS = ["Spam", "Insults", "Off topic", "Selling elsewhere"];

/**
 * Mutes and bans that are in force now: the state keeps those that are over until they are
 * replaced.
 *
 * @param {import("/web/lib/protocol.js").State | null | undefined} state
 */
export const inForce = (state) =>
  (state?.sanctions ?? []).filter((s) => s.until === null || s.until > serverNow());
