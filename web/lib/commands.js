// @ts-check
/** Commands to a show without a socket (PROTOCOL.md 4). */
import { ApiError, newKey, post } from "/web/lib/api.js";

const TRIES = 3;

/**
 * Have a show do something and return the answer. When the network or the server does not answer,
 * it is said again with
 * the same key, so that it happens once.
 *
 * @param {string} show  its id
 * @param {string} type
 * @param {Record<string, any>} [fields]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function command(show, type, fields = {}) {
  const body = { type, key: newKey(), ...fields };
  for (let attempt = 1; ; attempt++) {
    try {
      return await post(`/api/shows/${show}/commands`, body);
    } catch (error) {
      if (attempt === TRIES || !unanswered(error)) throw error;
      await new Promise((done) => setTimeout(done, attempt * 600));
    }
  }
}

/**
 * Whether it is unknown if the request was carried out: the same key may and should be used again.
 *
 * @param {unknown} error
 */
export function unanswered(error) {
  return error instanceof ApiError && ["network", "unavailable", "internal"].includes(error.code);
}
