// The room in which a step is disturbed: the buttons, the question before and the
// answer after, what each client heard, and the chat.

import { post } from "./api.js";
import { icon, make } from "./marks.js";
import { fill } from "./texts.js";

const $ = (id) => document.getElementById(id);

export class Disturb {
  #app; // has text, step, fail(error) and closeInspect()
  #lists; // of the server: actions, properties, steps
  #tab = "actions";
  #heard = "";
  #framed; // what stands in the chat's tab; undefined before anything does
  #last; // what the box of question and answer shows, to say it again in another language

  constructor(app, lists) {
    this.#app = app;
    this.#lists = lists;
    for (const each of document.querySelectorAll("[data-tab]")) each.onclick = () => this.#choose(each.dataset.tab);
  }

  /** speak says all again, in the language that is chosen now. */
  speak() {
    const { text } = this.#app;
    $("actions").replaceChildren(...this.#lists.actions.map(({ name, choices }) => button(text.action[name], () => this.#question(name, choices))));
    const test = this.#lists.steps.find(({ name }) => name === this.#app.step)?.test ?? "";
    $("board").replaceChildren(
      make("p", {}, text.playFirst),
      ...this.#lists.properties.map((name) => button(text.properties[name], () => this.#question(name, ["holds", "lacks"]))),
      make("p", {}, `${text.raceDetector} `, make("code", {}, test)),
    );
    this.#heard = "";
    this.#framed = undefined;
    if (this.#last) this.#last();
  }

  /** forget is called when another step is chosen, or this one starts anew by hand. */
  forget() {
    this.#last = undefined;
    $("ask").hidden = true;
  }

  /** update shows what a snapshot says. */
  update(snapshot) {
    const { text } = this.#app;
    for (const button of document.querySelectorAll("#actions button, #board button")) {
      button.setAttribute("aria-disabled", snapshot.busy || snapshot.state !== "runs" ? "true" : "false");
      button.classList.toggle("runs", Boolean(snapshot.busy) && button.textContent === (text.action[snapshot.busy] ?? text.properties[snapshot.busy]));
    }
    const heard = JSON.stringify(snapshot.heard.listeners);
    if (heard !== this.#heard) {
      this.#heard = heard;
      $("heard").replaceChildren(...listeners(snapshot.heard.listeners ?? [], text));
    }
    this.#frame(snapshot);
  }

  #choose(tab) {
    this.#tab = tab;
    for (const button of document.querySelectorAll("[data-tab]")) button.ariaPressed = String(button.dataset.tab === tab);
    for (const part of document.querySelectorAll("[data-of]")) part.hidden = !part.dataset.of.split(" ").includes(tab);
    if (!this.#last) $("ask").hidden = true;
    this.#framed = undefined;
  }

  /** frame shows the step's own page, but not beside a scenario: its client would be counted. */
  #frame({ url, busy, state }) {
    const src = this.#tab !== "chat" || state !== "runs" || !url ? "" : busy in this.#app.text.properties ? "later" : url;
    if (src === this.#framed) return;
    this.#framed = src;
    const { text } = this.#app;
    if (!src) $("chat").replaceChildren();
    else if (src === "later") $("chat").replaceChildren(text.chatLater);
    else $("chat").replaceChildren(make("iframe", { src, title: text.chat }), make("a", { href: url, target: "_blank", rel: "noopener" }, text.ownWindow));
  }

  /** question asks what will be seen, before it is done. */
  #question(name, choices) {
    this.#app.closeInspect(); // it may stand before the question
    this.#show(() => {
      const { text } = this.#app;
      const answers = choices.map((choice) => button(text.outcomes[choice], () => this.#run(name, choice)));
      const row = make("div", { className: "choices" }, ...answers, button(text.skip, () => this.#run(name), "skip"));
      return [this.#title(name), paragraph(name.startsWith("bring") ? text.forClients : text.question), row];
    });
    $("ask").focus();
  }

  async #run(name, guess) {
    this.#show(() => [this.#title(name), paragraph(this.#app.text.running)]);
    $("ask").focus();
    const step = this.#app.step;
    try {
      const result = await (await post(`do/${step}/${name}`)).json();
      if (this.#app.step !== step) return; // another one is shown by now
      const parts = () => (result.error ? [paragraph(result.busy ? this.#app.text.busy : result.error, "bad")] : this.#answer(name, guess, result));
      this.#show(() => [this.#title(name), ...parts()]);
    } catch (error) {
      this.#app.fail(error);
    }
  }

  /** answer says what was said, what internal/steps says, and what was seen. */
  #answer(name, guess, { expected, seen, counts, sentence }) {
    const { text } = this.#app;
    const list = make("dl");
    const say = (what, outcome, note, good) => {
      const className = good === undefined ? "" : good ? "good" : "bad";
      list.append(make("dt", {}, what), make("dd", { className }, text.outcomes[outcome] ?? outcome, " ", make("small", {}, note ?? "")));
    };
    if (guess) say(text.youSaid, guess, guess === seen ? text.right : text.wrong, guess === seen);
    say(text.tableSays, expected);
    say(text.seen, seen, counts && fill(text.counts[name] ?? "", ...counts));
    const parts = [list];
    if (sentence) parts.push(make("p", { className: "sentence", lang: "en" }, sentence));
    if (seen !== expected) parts.push(paragraph(text.differs, "bad"));
    return parts;
  }

  #title(name) {
    const { text } = this.#app;
    return make("h2", {}, text.action[name] ?? text.properties[name]);
  }

  #show(parts) {
    this.#last = () => {
      $("ask").hidden = this.#tab === "chat";
      $("ask").replaceChildren(...parts());
    };
    this.#last();
  }
}

const button = (text, onclick, className = "") => make("button", { onclick, className }, text);
const paragraph = (text, className = "") => make("p", { className }, text);

/** listeners lists what each client heard; what came too late is marked, not only by its colour. */
function listeners(all, text) {
  const title = make("h2", {}, text.heard);
  if (!all.length) return [title, paragraph(text.noListeners)];
  return [
    title,
    ...all.map(({ name, reads, heard }) => {
      const row = make("div", { className: "listener" }, make("strong", {}, name), " ");
      if (!reads) row.append(icon("lock", true), ` ${text.notReading}`);
      for (const { number, inverted } of heard) row.append(inverted ? make("mark", {}, `↩${number}`) : make("span", {}, number), " ");
      return row;
    }),
  ];
}
