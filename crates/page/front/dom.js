// Elements without markup strings: what a person typed can only ever become text.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. */
const byId = (id) => document.getElementById(id);

/** An element: `el("p", {class: "x", onclick: f}, "text", child, null)`. */
function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A picture of a few strokes; what it shows is said in words beside it. */
function picture(...strokes) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  for (const stroke of strokes) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", stroke);
    made.append(path);
  }
  return made;
}

/** A paragraph or other text element in English, whatever the language of the page. */
const english = (name, text, properties = {}) => el(name, { lang: "en", ...properties }, text);

const RING = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z";

/** The sign of each verdict: its shape tells it without its colour. */
const SIGNS = {
  "covered": [RING, "m8 12.5 2.8 2.8L16 9.5"],
  "covered-if": [RING, "M12 3v18", "M12 7h6M12 12h9M12 17h6"],
  "prior-authorization": ["M7 3h10M7 21h10M8 3v4l8 10v4M16 3v4L8 17v4"],
  "patient-claim": ["M9 5 4 10l5 5", "M4 10h10a6 6 0 0 1 0 11h-3"],
  "not-covered": [RING, "m9 9 6 6M15 9l-6 6"],
  "not-billable-here": [RING, "m6 6 12 12"],
  "unknown": [RING, "M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .9-1 1.7", "M12 17v.010"],
};

/** The verdict as sign and word; the colour comes from the style. */
const chip = (verdict, word) => el("span", { class: `chip ${verdict}` }, picture(...SIGNS[verdict]), el("span", {}, word));
