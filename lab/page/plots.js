// Small plots of the last minute.

import { element, make } from "./marks.js";

const minute = 60_000; // ms

export class Plots {
  #plots;
  #points = []; // { time, goroutines, heap, sockets, heard, inversions }

  constructor(container, names) {
    this.#plots = names.map((name) => {
      const line = element("polyline");
      const [title, value] = [make("span"), make("output")];
      const drawing = element("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" }, line);
      container.append(make("div", { className: "plot" }, title, value, drawing));
      return { name, line, title, value };
    });
  }

  speak(text) {
    for (const { name, title } of this.#plots) title.textContent = text.plot[name];
  }

  clear() {
    this.#points = [];
  }

  add(values) {
    const now = performance.now();
    this.#points.push({ time: now, ...values });
    this.#points = this.#points.filter(({ time }) => now - time <= minute);
    for (const { name, line, value } of this.#plots) {
      const most = Math.max(1, ...this.#points.map((p) => p[name]));
      const at = ({ time, [name]: v }) => `${(100 - ((now - time) / minute) * 100).toFixed(1)},${(38 - (v / most) * 36).toFixed(1)}`;
      line.setAttribute("points", this.#points.map(at).join(" "));
      value.textContent = name === "heap" ? values.heap.toFixed(1) : values[name];
    }
  }
}
