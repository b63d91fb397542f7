// What stands in a box, goroutine by goroutine, and the stack of one.

import { get } from "./api.js";
import { icon, make } from "./marks.js";
import { fill } from "./texts.js";

const $ = (id) => document.getElementById(id);

export class Inspect {
  #app;
  #came; // what had the focus before

  constructor(app) {
    this.#app = app;
    $("inspect-close").onclick = () => this.close();
    $("inspect").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  close() {
    if ($("inspect").hidden) return;
    $("inspect").hidden = true;
    this.#came?.focus();
  }

  /** open lists goroutines under a title, and shows the stack of one. */
  open(title, dots, id) {
    if ($("inspect").hidden) this.#came = document.activeElement;
    $("inspect").hidden = false;
    $("inspect-title").textContent = title;
    $("inspect-stack").replaceChildren();
    const { text } = this.#app;
    $("inspect-list").replaceChildren(
      ...dots.map((dot) => {
        const words = `${fill(text.goroutine, dot.id)}: ${text.kinds[dot.kind]}${dot.long ? `, ${text.long}` : ""}`;
        const button = make("button", { onclick: () => this.#stack(dot.id) }, icon(dot.kind, dot.long), words);
        button.dataset.goroutine = dot.id;
        return button;
      }),
    );
    $("inspect").focus();
    const first = id ?? dots[0]?.id;
    if (first) this.#stack(first);
  }

  async #stack(id) {
    const { text, step } = this.#app;
    for (const button of $("inspect-list").children) button.ariaPressed = String(button.dataset.goroutine === id);
    try {
      const stack = await (await get(`stack/${step}/${id}`)).json();
      if (!stack.state) {
        $("inspect-stack").replaceChildren(text.gone);
        return;
      }
      const list = make("ol", {}, ...stack.frames.map((frame) => line(frame)));
      if (stack.created) list.append(line(stack.created, text.created));
      $("inspect-stack").replaceChildren(make("p", {}, `${fill(text.goroutine, id)} [${stack.state}]`), list);
    } catch (error) {
      this.#app.fail(error);
    }
  }
}

function line({ function: name, place, source }, before = "") {
  const item = make("li", {}, make("div", {}, before ? `${before} ` : "", make("code", {}, name), ` ${place}`));
  if (source) item.append(make("pre", {}, source));
  return item;
}
