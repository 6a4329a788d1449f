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

/** What is suggested; a seller may write another one. */
export const CATEGORIES = [
  "Coats & jackets",
  "Dresses",
  "Tops",
  "Knitwear",
  "Trousers",
  "Skirts",
  "Shoes",
  "Bags",
  "Jewellery",
  "Accessories",
  "Home",
  "Other",
];
