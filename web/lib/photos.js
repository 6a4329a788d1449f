// @ts-check
/** @typedef {import("/web/lib/protocol.js").Photo} Photo */
import { del, post } from "/web/lib/api.js";

/** What a phone's camera gives is far more than a listing shows; smaller is sent faster. */
const LONGEST_EDGE = 2400;
const SMALL_ENOUGH = 1_500_000;
const QUALITY = 0.86;
const SENDABLE = new Set(["image/jpeg", "image/png", "image/webp"]);

/** What a file field may offer; a phone asks for camera or library. */
export const ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/*";

/**
 * Send a picture and return the server's photo. Large ones, and formats that the server does not
 * read but this
 * browser does (HEIC), are redrawn as JPEG first.
 *
 * @param {Blob} file
 * @returns {Promise<Photo>}
 * @throws {import("/web/lib/api.js").ApiError}
 */
export async function uploadPhoto(file) {
  return post("/api/photos", await smaller(file));
}

/**
 * Take photos off the server that nothing shows any more. One that is still in use stays.
 *
 * @param {Photo[]} photos
 */
export async function forgetPhotos(photos) {
  await Promise.allSettled(photos.map((photo) => del(`/api/photos/${photo.id}`)));
}

/** @param {Blob} file @returns {Promise<Blob>} */
async function smaller(file) {
  if (SENDABLE.has(file.type) && file.size <= SMALL_ENOUGH) return file;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    // The server says better than we could what is wrong with it.
    return file;
  }
  const scale = Math.min(1, LONGEST_EDGE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return file;
  // A JPEG has no transparency: what shows through would be black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((/** @type {(b: Blob | null) => void} */ done) =>
    canvas.toBlob(done, "image/jpeg", QUALITY),
  );
  return blob ?? file;
}
