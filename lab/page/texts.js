// All that the page says, in both languages.

import en from "./en.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };

export const texts = { en, ja };

/** fill puts values where a text has {0}, {1}. */
export const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, i) => values[i]);
