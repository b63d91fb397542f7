// The marks of goroutines: a shape and a colour for what one does. A colour alone
// not everybody sees, nor every projector shows.

const svg = "http://www.w3.org/2000/svg";

// Each is 20 by 20, around the origin.
const shapes = {
  runs: "M0-10L2.6-3.4 9.5-3.1 4.1 1.3 5.9 8.1 0 4.2-5.9 8.1-4.1 1.3-9.5-3.1-2.6-3.4Z",
  io: "M-8.5 0a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0Z",
  select: "M0-9.5L9.5 0L0 9.5L-9.5 0Z",
  send: "M0-9.5L9.5 8L-9.5 8Z",
  receive: "M0 9.5L9.5-8L-9.5-8Z",
  lock: "M-8-8h16v16h-16Z",
};

export const kinds = Object.keys(shapes);

/** make makes an HTML element, with these properties. */
export function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** element makes an SVG element. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** mark makes the mark of a goroutine, of this size, around (x, y). */
export function mark(kind, long, x = 0, y = 0, size = 20) {
  const made = element("g", { class: `mark ${kind}${long ? " long" : ""}`, transform: `translate(${x} ${y}) scale(${size / 26})` });
  if (long) made.append(element("circle", { class: "halo", r: 12 }));
  made.append(element("path", { class: "shape", d: shapes[kind] }));
  return made;
}

/** icon makes the mark as a picture of its own, for use in text. */
export function icon(kind, long) {
  return element("svg", { class: "icon", viewBox: "-13 -13 26 26", "aria-hidden": "true" }, mark(kind, long, 0, 0, 26));
}
