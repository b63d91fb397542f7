// The step's figure, lit by what its goroutines do. It finds boxes and arrows by
// their ids. How they are laid out it reads from the picture itself.

import { element, kinds, mark } from "./marks.js";
import { fill } from "./texts.js";

export class Figure {
  #container;
  #ask; // called with a box's id, and a goroutine's where one was meant
  #svg;
  #boxes = new Map(); // by id: where its marks go
  #style = new CSSStyleSheet();

  constructor(container, ask) {
    this.#container = container;
    this.#ask = ask;
    // The adopted sheet would come behind lab.css: the rules there say #figure, to win.
    document.adoptedStyleSheets.push(this.#style);
  }

  /** show puts another picture in. */
  show(text) {
    // The policy of the page allows no style within the document.
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
    const plain = text.replace(/<style>[\s\S]*?<\/style>/, "").replace(/ style="[^"]*"/, "");
    this.#style.replaceSync(style);
    this.#svg = document.importNode(new DOMParser().parseFromString(plain, "image/svg+xml").documentElement, true);
    this.#boxes.clear();
    this.#container.replaceChildren(this.#svg);
    this.#crop();
  }

  /** crop leaves what has an id: neither the title, nor the legend and the notes. */
  #crop() {
    for (const part of this.#svg.children) {
      if (!part.id && !part.matches(".paper")) part.setAttribute("class", `${part.getAttribute("class") ?? ""} beside`);
    }
    const parts = [...this.#svg.querySelectorAll(":scope > [id]")].map((part) => part.getBBox());
    const margin = 8;
    const left = Math.min(...parts.map((b) => b.x)) - margin;
    const top = Math.min(...parts.map((b) => b.y)) - margin;
    const width = Math.max(...parts.map((b) => b.x + b.width)) + margin - left;
    const height = Math.max(...parts.map((b) => b.y + b.height)) + margin - top;
    this.#svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    this.#svg.removeAttribute("width");
    this.#svg.removeAttribute("height");
    // Its own words say how many there may be; the marks say how many there are.
    this.#svg.setAttribute("role", "group");
  }

  /** update lights the picture: frame is what the server says, names are the goroutines' by boxes. */
  update(frame, names, text) {
    if (!this.#svg || !names) return;
    for (const [id, name] of Object.entries(names)) {
      const box = this.#boxes.get(id) ?? this.#open(id, name);
      if (box) draw(box, frame.boxes[id] ?? { n: 0, kinds: {}, dots: [] }, name, text);
    }
    for (const arrow of this.#svg.querySelectorAll('[id^="listens-"], [id^="starts-"]')) {
      arrow.classList.toggle("lit", arrow.id in frame.arrows);
      arrow.classList.toggle("long", frame.arrows[arrow.id] === true);
    }
  }

  /** open makes room for marks in a box: its name moves up, its other words go. */
  #open(id) {
    const group = this.#svg.getElementById(id);
    const rect = group?.querySelector("rect");
    if (!rect) return undefined;
    const { x, y, width, height } = rect.getBBox();
    const [name, ...words] = group.querySelectorAll("text");
    const up = y + 21 - Number(name.getAttribute("y"));
    name.setAttribute("transform", `translate(0 ${up})`);
    for (const word of words) word.remove();
    const marks = element("g");
    const frame = element("rect", { class: "frame", x: x + 3, y: y + 3, width: width - 6, height: height - 6, rx: 5 });
    const button = element("g", { class: "ask", role: "button", tabindex: "0" }, frame, marks);
    button.addEventListener("click", (event) => this.#ask(id, event.target.closest("[data-id]")?.dataset.id));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#ask(id);
    });
    group.append(button);
    const box = { button, marks, x: x + 8, y: y + 29, width: width - 16, height: height - 36, drawn: "" };
    this.#boxes.set(id, box);
    return box;
  }
}

/** draw puts the marks of the goroutines that are in a box now. */
function draw(box, now, name, text) {
  const wanted = JSON.stringify([now.n, now.dots, now.n > now.dots.length && now.kinds, text.title]);
  if (wanted === box.drawn) return;
  box.drawn = wanted;
  box.button.setAttribute("aria-label", summary(name, now, text));
  box.marks.replaceChildren(...(now.n > now.dots.length ? numbers(box, now) : dots(box, now.dots)));
}

/** dots lays one mark for each goroutine, as large as they can be. */
function dots({ x, y, width, height }, all) {
  const most = 42;
  let size = most;
  const fits = () => Math.floor(width / size) * Math.floor(height / size) >= all.length;
  while (size > 6 && !fits()) size -= 0.5;
  const columns = Math.min(Math.floor(width / size), all.length);
  const rows = Math.ceil(all.length / columns);
  const left = x + (width - columns * size) / 2 + size / 2;
  const top = y + (height - rows * size) / 2 + size / 2;
  return all.map(({ id, kind, long }, i) => {
    const made = mark(kind, long, left + (i % columns) * size, top + Math.floor(i / columns) * size, size);
    made.dataset.id = id;
    return made;
  });
}

/** numbers lays a mark and a number for each kind. */
function numbers({ x, y, width, height }, now) {
  const there = kinds.filter((kind) => now.kinds[kind]);
  const size = Math.min(40, height / there.length);
  const top = y + (height - there.length * size) / 2 + size / 2;
  return there.map((kind, i) => {
    const middle = top + i * size;
    const dot = now.dots.find((d) => d.kind === kind);
    const label = element("text", { class: "count", x: x + width / 2 - size * 0.25, y: middle + size * 0.3, "font-size": size * 0.85 }, String(now.kinds[kind]));
    const made = element("g", {}, mark(kind, Boolean(now.long?.[kind]), x + width / 2 - size * 0.9, middle, size), label);
    made.dataset.id = dot?.id;
    return made;
  });
}

/** summary says how many goroutines of a box do what. */
export function summary(name, now, text) {
  const each = kinds
    .filter((kind) => now.kinds[kind])
    .map((kind) => `; ${now.kinds[kind]} ${text.kinds[kind]}${now.long?.[kind] ? `, ${text.long}` : ""}`);
  return fill(text.box, name, now.n) + each.join("");
}
