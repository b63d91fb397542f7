// The room of the exercises: what is solved, and what the judge says each time one is saved.

import { watch } from "./api.js";
import { make } from "./marks.js";
import { fill } from "./texts.js";

const $ = (id) => document.getElementById(id);

export class Exercises {
  #app; // has text and fail(error)
  #list = [];
  #listing; // aborts the stream of the list
  #judging; // aborts the judge
  #number = 0; // of the exercise that is shown
  #output = "";

  constructor(app) {
    this.#app = app;
  }

  /** go shows the exercise of the address, as in #exercises/3. Else it shows the first that is not solved. */
  go([number]) {
    if (Number(number) !== this.#number) this.#stop();
    this.#number = Number(number) || 0;
    this.#follow();
    this.speak();
  }

  leave() {
    this.#stop();
    this.#listing?.abort();
    this.#listing = undefined;
  }

  #stop() {
    this.#judging?.abort();
    this.#judging = undefined;
    this.#output = "";
  }

  /** speak says all in the page's language, and has the server say its part in it. */
  speak() {
    if (this.#listing && this.#listing.language !== document.documentElement.lang) {
      this.leave();
      this.#follow();
    }
    this.#draw();
  }

  async #follow() {
    if (this.#listing) return;
    const listing = (this.#listing = new AbortController());
    listing.language = document.documentElement.lang;
    try {
      await watch(`exercises/${listing.language}`, listing.signal, (line) => {
        if (listing.signal.aborted) return;
        if (line.error) throw new Error(line.error);
        this.#list = line.list;
        this.#draw();
      });
      throw new Error(this.#app.text.lost);
    } catch (error) {
      if (!listing.signal.aborted) this.#app.fail(error);
    }
  }

  #draw() {
    const text = this.#app.text.exercises;
    const focused = document.activeElement?.dataset.exercise;
    const shown = this.#list.find(({ number }) => number === this.#number) ?? this.#list.find(({ state }) => state !== "solved") ?? this.#list[0];
    $("exercise-list").replaceChildren(...this.#list.flatMap((e, i) => [
      ...(e.grade === this.#list[i - 1]?.grade ? [] : [make("h2", {}, text.grades[e.grade - 1])]),
      this.#link(e, e === shown, text),
    ]));
    if (focused) document.querySelector(`#exercise-list [data-exercise="${focused}"]`)?.focus();
    $("exercise").hidden = !shown;
    if (!shown) return;
    this.#number = shown.number;
    $("exercise-title").textContent = `${shown.number} ${shown.title}`;
    $("exercise-text").replaceChildren(...shown.wanted.map((paragraph) => make("p", {}, ...paragraph.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part)))));
    $("exercise-said").textContent = fill(this.#judging ? text.judging : text.before, shown.chat);
    $("exercise-judge").textContent = this.#judging ? text.stop : text.judge;
    $("exercise-judge").onclick = () => (this.#judging ? (this.#stop(), this.#draw()) : this.#judge(shown.number));
    $("exercise-output").hidden = !this.#output;
    $("exercise-output").textContent = this.#output;
  }

  #link({ number, title, state }, current, text) {
    const link = make("a", { href: `#exercises/${number}`, ariaCurrent: current ? "true" : null }, make("span", { className: `sign ${state}`, ariaLabel: text.states[state || "new"] }, { solved: "✓", tried: "✗" }[state] ?? "·"), ` ${number} ${title}`);
    link.dataset.exercise = number;
    return link;
  }

  async #judge(number) {
    const judging = (this.#judging = new AbortController());
    this.#output = "";
    this.#draw();
    try {
      await watch(`exercise/${number}/${document.documentElement.lang}`, judging.signal, ({ output, error }) => {
        if (judging.signal.aborted) return;
        if (error) throw new Error(error);
        this.#output = output.startsWith("== ") ? output : this.#output + output; // after a save all is new
        this.#draw();
      });
    } catch (error) {
      if (!judging.signal.aborted) this.#app.fail(error);
    }
    if (judging.signal.aborted) return;
    this.#judging = undefined;
    this.#draw();
  }
}
