// @ts-check
/** HTTP to our own server: JSON in, JSON out, the session in its cookie, refusals as `ApiError`. */

/** A refusal of the server (RFC 9457), of a command, or of the network (code `network`). */
export class ApiError extends Error {
  /**
   * @param {{
   *   code: string, detail?: string, status?: number, errors?: {field: string, message: string}[],
   *   retryAfter?: number | null, extra?: any
   * }} of
   */
  constructor({ code, detail = "", status = 0, errors = [], retryAfter = null, extra = {} }) {
    super(detail || code);
    this.name = "ApiError";
    /** Stable name of what is wrong; see PROTOCOL.md 6. */
    this.code = code;
    /** A sentence for people, from the server. */
    this.detail = detail;
    /** HTTP status, 0 without one. */
    this.status = status;
    /** What is wrong with which field of the body. */
    this.errors = errors;
    /** Seconds to wait, when the server says so. */
    this.retryAfter = retryAfter;
    /** Everything else that the server put beside the code. */
    this.extra = extra;
  }

  /** What an answer over the show channel says. @param {any} error @returns {ApiError} */
  static ofAnswer(error) {
    const { code = "internal", message = "", retry_after, errors = [], ...extra } = error ?? {};
    return new ApiError({ code, detail: message, retryAfter: retry_after ?? null, errors, extra });
  }

  /** The message for one field of a form, or "".
   * @param {string} name */
  field(name) {
    return (
      this.errors.find((e) => e.field === name || e.field.startsWith(`${name}.`))?.message ?? ""
    );
  }
}

/**
 * Send one request and return the decoded answer (`null` for 204).
 *
 * @param {string} method
 * @param {string} path  such as `/api/shows`
 * @param {{
 *   body?: any, query?: Record<string, any>, signal?: AbortSignal
 * }} [options] a `Blob` as body goes out as it is
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function request(method, path, { body, query, signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "")
      url.searchParams.set(name, String(value));
  }
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  /** @type {BodyInit | undefined} */
  let payload;
  if (body instanceof Blob) {
    headers["Content-Type"] = body.type;
    payload = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: payload,
      signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ code: "network" });
  }
  if (response.status === 204) return null;
  const type = response.headers.get("Content-Type") ?? "";
  const json = type.includes("json") ? await response.json().catch(() => null) : null;
  if (response.ok) return type.includes("pdf") ? response.blob() : json;
  const { code, detail, errors, title, status: _s, type: _t, ...extra } = json ?? {};
  const wait = Number(response.headers.get("Retry-After"));
  throw new ApiError({
    code: code ?? (response.status >= 500 ? "internal" : "invalid"),
    // Without a problem document it was not our server that answered: its words help nobody.
    detail: detail ?? title ?? "",
    status: response.status,
    errors: Array.isArray(errors) ? errors : [],
    retryAfter: wait > 0 ? wait : null,
    extra,
  });
}

/** @param {string} path @param {Record<string, any>} [query] @param {AbortSignal} [signal] */
export const get = (path, query, signal) => request("GET", path, { query, signal });
/** @param {string} path @param {any} [body] */
export const post = (path, body) => request("POST", path, { body });
/** @param {string} path @param {any} [body] */
export const patch = (path, body) => request("PATCH", path, { body });
/** @param {string} path @param {any} [body] */
export const put = (path, body) => request("PUT", path, { body });
/** @param {string} path */
export const del = (path) => request("DELETE", path);

/**
 * Follow a list's cursor to its end. For lists that may be long, `Paged` is kinder.
 *
 * @param {string} path
 * @param {Record<string, any>} [query]
 * @returns {Promise<any[]>}
 */
export async function all(path, query = {}) {
  /** @type {any[]} */
  const items = [];
  let after;
  do {
    const page = await get(path, { ...query, after, limit: 100 });
    items.push(...page.items);
    after = page.next;
  } while (after);
  return items;
}

/** A fresh idempotency key. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
