// What the page says, in the language that was chosen.

const WORDS = JSON.parse(byId("words").textContent);
let language = (navigator.language || "en").toLowerCase().startsWith("es") ? "es" : "en";

/** The words under a key, with `{names}` filled in. */
function say(key, names = {}) {
  const text = WORDS[language][key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  const filled = text.replace(/\{([a-z0-9]+)\}/g, (_, name) => names[name]);
  return language === "es" ? contracted(filled) : filled;
}

/** Spanish joins these words. */
const contracted = (text) => text.replace(/\b([Dd])e el\b/g, "$1el").replace(/\b([Aa]) el\b/g, "$1l");

/** A sentence begins with a capital letter. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The English or the Spanish of something that has both; English where there is no Spanish, which is marked. */
const inBoth = (name, found, properties = {}) =>
  language === "es" && found.es ? el(name, properties, found.es) : english(name, found.en, properties);

/** `1234.05` as `$1,234.05`; amounts stay text on their whole way. */
const dollars = (amount) => "$" + amount.replace(/^(\d+)/, (whole) => whole.replace(/(?<=\d)(?=(\d{3})+$)/g, ","));

/** How each language writes a day; an answer has dozens of them, and each of these takes long to make. */
const dayFormats = new Map();

/** A day of the case, written out. */
function day(iso) {
  const [year, month, date] = iso.split("-").map(Number);
  if (!dayFormats.has(language)) {
    const format = new Intl.DateTimeFormat(language === "es" ? "es-US" : "en-US", { dateStyle: "long", timeZone: "UTC" });
    dayFormats.set(language, format);
  }
  return dayFormats.get(language).format(new Date(Date.UTC(year, month - 1, date)));
}

/** Today, on the clock and calendar of whoever asks. */
function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Names as the library compares them: without case, accents and punctuation. */
const folded = (name) =>
  name.normalize("NFD").replace(/[\u0300-\u036f'’®™]/g, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
