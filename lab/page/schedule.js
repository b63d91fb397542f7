// The room in which somebody picks the steps of the goroutines. All picks stand in the
// address, behind the level and the step: an address is a place in an order, and undo is
// a shorter one.

import { post, watch } from "./api.js";
import { make } from "./marks.js";
import { fill } from "./texts.js";

const $ = (id) => document.getElementById(id);
const pace = 900; // ms, from step to step of an order that is shown

export class Schedule {
  #app; // has text and fail(error)
  #levels;
  #level;
  #step = "";
  #picks = [];
  #view; // how all stand; undefined before the level can be played
  #address = ""; // of what is shown
  #said = () => []; // what stands in the status line, to say it again in another language
  #hinted = ""; // the label of the pick that is marked
  #asked = 0; // how many questions: what answers an older one is not shown
  #opening = new AbortController();
  #showing; // the timer of an order that is shown

  constructor(app, levels) {
    this.#app = app;
    this.#levels = levels;
    $("schedule").addEventListener("keydown", (event) => this.#key(event));
    for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) $("board-table").addEventListener(kind, both);
  }

  /** go shows what an address says behind the room: level, step and line. */
  go([name, step, line = ""]) {
    const level = this.#levels.find((each) => each.name === name) ?? this.#levels[0];
    if (!level.steps.includes(step)) step = level.steps[0];
    const picks = decodeURIComponent(line).split("+").filter(Boolean);
    this.#stop();
    this.#address = location.hash;
    const other = level !== this.#level || step !== this.#step;
    [this.#level, this.#step] = [level, step];
    if (other || !this.#view) this.#open(picks);
    else this.#play(picks);
  }

  /** speak says all again, in the language that is chosen now. */
  speak() {
    if (!this.#level) return;
    this.#head();
    this.#say(this.#said);
    if (this.#view) this.#play(this.#picks, this.#said);
  }

  /** leave is called when another room is shown. */
  leave() {
    this.#stop();
    this.#opening.abort();
    if (!this.#view) this.#level = undefined; // it was being built: then it is opened again
  }

  get #text() {
    return this.#app.text.schedule;
  }

  /** open has the server build what plays the level, and says how long it takes. */
  async #open(picks) {
    this.#opening.abort();
    this.#opening = new AbortController();
    const { signal } = this.#opening;
    this.#asked++; // what is still to be answered is of another level
    this.#view = undefined;
    this.#picks = picks;
    this.#head();
    this.#draw();
    this.#say(() => [this.#text.opening]);
    try {
      await watch(`level/${this.#level.name}/${this.#step}`, signal, ({ state, seconds, why }) => {
        if (signal.aborted) return;
        if (state === "building") this.#say(() => [fill(this.#text.building, this.#step, seconds)]);
        else if (state === "broken") this.#say(() => [paragraph(fill(this.#text.broken, this.#step), "bad"), make("pre", {}, why)]);
        else this.#play(picks);
      });
    } catch (error) {
      if (!signal.aborted) this.#app.fail(error);
    }
  }

  /** ask asks the server about some picks; undefined is the answer where another question came after it. */
  async #ask(what, picks) {
    const asked = ++this.#asked;
    const query = new URLSearchParams({ line: picks.join(" "), language: document.documentElement.lang });
    try {
      const answer = await (await post(`level/${this.#level.name}/${this.#step}/${what}?${query}`)).json();
      if (asked !== this.#asked) return undefined;
      if (!answer.error) return answer;
      this.#say(() => [paragraph(this.#text.misfit, "bad"), make("pre", {}, answer.error), make("button", { onclick: () => this.#play([]) }, this.#text.again)]);
    } catch (error) {
      this.#app.fail(error);
    }
    return undefined;
  }

  /** explore asks in how many orders the goal is reached after some picks. */
  #explore(picks) {
    this.#stop();
    this.#say(() => [this.#text.counting]);
    return this.#ask("explore", picks);
  }

  /** play shows how all stand after the picks, and says something then. */
  async #play(picks, say = () => [], what = "play") {
    const column = document.activeElement?.closest?.("[data-column]")?.dataset.column;
    const view = await this.#ask(what, picks);
    const here = document.body.dataset.room === "schedule";
    if (!view || (here && location.hash !== this.#address)) return; // another address is about to be shown
    this.#view = view;
    this.#picks = view.picks;
    const address = `#schedule/${this.#level.name}/${this.#step}/${encodeURIComponent(view.picks.join("+"))}`;
    $("to-schedule").href = address; // the way back from another room
    if (here) {
      history.replaceState(null, "", address);
      this.#address = location.hash;
    }
    this.#draw();
    this.#say(say);
    if (column !== undefined) (document.querySelector(`[data-column="${column}"] .pick`) ?? document.querySelector("#schedule .pick") ?? $("said")).focus();
  }

  #pick(label) {
    this.#stop();
    this.#hinted = "";
    this.#play([...this.#picks, label]);
  }

  #back() {
    this.#stop();
    this.#hinted = "";
    if (this.#picks.length) this.#play(this.#picks.slice(0, -1));
  }

  async #hint() {
    const n = this.#picks.length;
    const { wrong, orders, shortest } = (await this.#explore(this.#picks)) ?? {};
    if (orders === undefined) return;
    this.#hinted = wrong ? (shortest[n] ?? "") : "";
    this.#draw();
    if (!wrong) this.#say(() => [fill(n ? this.#text.noneFromHere : this.#text.none, orders)]);
    else this.#say(() => (this.#hinted ? [fill(this.#text.hint, shortest.length - n)] : []));
    document.querySelector(".pick.hinted")?.focus();
  }

  async #possible() {
    const { wrong, orders } = (await this.#explore([])) ?? {};
    if (orders === undefined) return;
    const why = this.#step === this.#level.steps[1] ? this.#level.name : "";
    this.#say(() => [make("strong", {}, fill(wrong ? this.#text.some : this.#text.none, orders, wrong)), " ", this.#text.counted, " ", wrong ? "" : (this.#text.why[why] ?? "")]);
  }

  /** show plays the shortest order, from the beginning. */
  async #show() {
    const { wrong, orders, shortest } = (await this.#explore([])) ?? {};
    if (orders === undefined) return;
    if (!wrong) return this.#say(() => [fill(this.#text.none, orders)]);
    const next = async (n) => {
      this.#showing = setTimeout(() => next(n + 1), pace);
      if (n === shortest.length) this.#stop();
      await this.#play(shortest.slice(0, n), () => (n < shortest.length ? [fill(this.#text.showing, n, shortest.length)] : []));
    };
    this.#hinted = "";
    next(0);
  }

  #stop() {
    clearTimeout(this.#showing);
  }

  /** key moves among the picks with the arrows, and takes one back. */
  #key(event) {
    const picks = [...document.querySelectorAll("#schedule .pick")];
    const at = picks.indexOf(document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1 }[event.key];
    if (event.key === "Backspace") this.#back();
    else if (at >= 0 && to !== undefined) picks[(to + picks.length) % picks.length].focus();
    else return;
    event.preventDefault();
  }

  // ---- what is shown ----

  #head() {
    const text = this.#text;
    const link = (address, words, current) => make("a", { href: `#schedule/${address}`, ariaCurrent: current ? "true" : null }, words);
    $("levels").replaceChildren(...this.#levels.map((l) => link(`${l.name}/${l.steps[0]}`, text.level[l.name], l === this.#level)));
    $("level-steps").replaceChildren(...this.#level.steps.map((step) => link(`${this.#level.name}/${step}`, step, step === this.#step)));
    $("goal").textContent = text.goal[this.#level.name];
    $("hand-tools").replaceChildren(
      this.#tool("back", () => this.#back()),
      this.#tool("again", () => (this.#stop(), (this.#hinted = ""), this.#play([]))),
      this.#tool("finish", () => (this.#stop(), (this.#hinted = ""), this.#play(this.#picks, () => [], "finish"))),
      this.#tool("hintMe", () => this.#hint()),
      this.#tool("show", () => this.#show()),
      this.#tool("isIt", () => this.#possible()),
    );
  }

  #tool(name, onclick) {
    return make("button", { id: `tool-${name}`, onclick }, this.#text[name]);
  }

  #say(parts) {
    this.#said = parts;
    $("said").replaceChildren(...parts(), ...this.#verdict());
    $("board-scroll").scrollTop = $("board-scroll").scrollHeight; // what is said takes room
  }

  /** verdict says what the scenario says of an order that has ended. */
  #verdict() {
    const { over, wrong, command } = this.#view ?? {};
    const text = this.#text;
    if (!over) return [];
    if (!wrong) return [paragraph(text.well, "verdict")];
    const copy = make("button", {}, text.copy);
    copy.onclick = () => navigator.clipboard.writeText(command).then(() => (copy.textContent = text.copied), this.#app.fail);
    const [, next] = this.#level.steps;
    const links = [make("a", { href: location.href }, text.link), make("a", { href: `#schedule/${this.#level.name}/${next}` }, fill(text.tryNext, next))];
    return [paragraph(fill(text.reached, wrong), "verdict good"), make("div", { className: "row" }, make("code", {}, command), copy, ...links)];
  }

  #draw() {
    const view = this.#view;
    for (const button of $("hand-tools").children) button.disabled = !view;
    $("browsers").replaceChildren(...(view ? this.#browsers(view) : []));
    $("board-table").replaceChildren(...(view?.columns.length ? [this.#headings(view), this.#done(view), this.#next(view)] : []));
  }

  #browsers({ browsers, ids, variables }) {
    const text = this.#text;
    const cards = browsers.map(({ name, heard, act, label }) => {
      const id = ids.find(({ client }) => client === name);
      const twice = id?.id && ids.some((other) => other !== id && other.id === id.id);
      const card = make("div", { className: "browser" }, make("strong", {}, fill(text.browser, name)));
      card.dataset.column = name + "!";
      if (id) card.append(make(twice ? "mark" : "span", { className: "id" }, id.id ? `id ${id.id}` : text.noId));
      card.append(make("span", {}, heard.length ? fill(text.heard, heard.join(", ")) : text.heardNothing));
      if (label) card.append(this.#button(label, [this.#act(name, act)]));
      return card;
    });
    const values = Object.entries(variables).map(([name, value]) => make("div", { className: "browser" }, make("code", {}, `${name} = ${value}`)));
    return [...cards, ...values];
  }

  #act(name, act) {
    const [verb, ...what] = act.split(" ");
    return fill(this.#text.acts[verb], name, what.join(" "));
  }

  #headings({ columns }) {
    const text = this.#text;
    return make("thead", {}, make("tr", {}, make("th", { className: "number", ariaLabel: text.number }), ...columns.map(({ name, title, started }) => {
      const of = name === "server" ? text.ofServer : started ? fill(text.ofGo, name, started) : fill(text.ofRequest, name);
      return make("th", { scope: "col" }, make("code", {}, title || name), make("small", {}, of));
    })));
  }

  #done({ columns, done }) {
    return make("tbody", {}, ...done.map(({ who, act, line, with: other, withLine }, i) => {
      const number = make("th", { scope: "row", className: "number" }, i + 1);
      if (act) return make("tr", { className: "act" }, number, make("td", { colSpan: columns.length }, this.#act(who, act)));
      return make("tr", {}, number, ...columns.map(({ name }) => {
        const own = name === who ? line : name === other ? withLine : undefined;
        return make("td", { className: own && other ? "meets" : "" }, ...(own ? this.#line(own) : []));
      }));
    }));
  }

  #next({ columns }) {
    const cells = columns.map((column) => {
      const cell = make("td", {}, ...this.#cell(column));
      cell.dataset.column = column.name;
      if (!cell.querySelector(".pick")) cell.className = "stands";
      return cell;
    });
    return make("tfoot", {}, make("tr", {}, make("th", { className: "number", scope: "row", ariaLabel: this.#text.next }, "▶"), ...cells));
  }

  /** cell is what a goroutine stands before: what can be picked, and else what it waits for. */
  #cell({ state, next }) {
    const text = this.#text;
    if (state === "ended") return [paragraph(text.ended, "waits")];
    const picks = next.flatMap((way) => way.picks.map((pick) => {
      const parts = this.#line(way);
      if (pick.with) parts.push(make("span", { className: "other" }, `⇄ ${pick.with}: `, ...this.#line(pick.other)));
      return this.#button(pick.label, parts);
    }));
    const blocked = next.filter((way) => !way.picks.length && way.kind !== "default");
    if (!blocked.length) return picks;
    const lines = picks.length || blocked.length > 1 ? [] : this.#line(blocked[0]);
    const [from, to] = [blocked[0], blocked.at(-1)].map((way) => way.place);
    const place = blocked.length > 1 ? ` (${from}–${to.split(":")[1]})` : "";
    return [...picks, make("div", { className: "waits" }, ...lines, paragraph((picks.length ? text.or : "") + this.#why(blocked, state) + place))];
  }

  #why(blocked, state) {
    const { waits } = this.#text;
    if (state === "outside") {
      const [arrow, who] = (blocked[0].does ?? "").split(" ");
      return fill(waits[arrow] ?? waits.call, who);
    }
    const on = (kind) => [...new Set(blocked.filter((way) => way.kind === kind).map(({ channel }) => channel))].join(", ");
    const parts = ["send", "receive"].filter(on).map((kind) => fill(waits[kind], on(kind)));
    return parts.join(waits.and) || waits.call;
  }

  /** line is a line of the source, and what is done there. */
  #line({ place, source, does = "", kind }) {
    const [arrow, who] = does.split(" ");
    const note = kind === "default" ? this.#text.fallback : fill(this.#text.does[arrow] ?? "", who);
    return [make("code", {}, source), make("small", {}, place, note && ` ${note}`)];
  }

  #button(label, parts) {
    const button = make("button", { className: `pick${label === this.#hinted ? " hinted" : ""}`, onclick: () => this.#pick(label) }, ...parts);
    button.dataset.pick = label;
    return button;
  }
}

/** both marks the two sides of a meeting, when the pointer or the focus is on one. */
function both({ type, target }) {
  const pick = target.closest(".pick")?.dataset.pick;
  for (const each of document.querySelectorAll("#board-table .pick")) {
    each.classList.toggle("both", (type === "pointerover" || type === "focusin") && each.dataset.pick === pick);
  }
}

const paragraph = (text, className = "") => make("p", { className }, text);
