// @ts-check
/**
 * The words for a listing's condition.
 *
 * @type {Record<string, string>}
 */
export const CONDITIONS = {
  new: "New with tags",
  like_new: "Like new",
  good: "Good",
  fair: "Well loved",
};
