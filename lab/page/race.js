// The room in which the race detector judges a step: its reports in two columns.

import { watch } from "./api.js";
import { make } from "./marks.js";
import { fill } from "./texts.js";

const $ = (id) => document.getElementById(id);

export class Race {
  #app; // has text, step and fail(error)
  #tests; // the commands, by the step
  #running; // aborts the run
  #output = ""; // what was printed
  #result;
  #busy = false;
  #step = "";

  constructor(app, steps) {
    this.#app = app;
    this.#tests = Object.fromEntries(steps.map(({ name, test }) => [name, test]));
  }

  go() {
    if (this.#app.step === this.#step) return;
    this.leave();
    this.#step = this.#app.step;
    [this.#output, this.#result, this.#busy] = ["", undefined, false];
    this.speak();
  }

  leave() {
    this.#running?.abort();
    this.#running = undefined;
  }

  speak() {
    const text = this.#app.text.race;
    const run = make("button", { id: "race-run", onclick: () => this.#run() }, this.#running ? text.stop : text.run);
    $("race-head").replaceChildren(make("code", {}, this.#tests[this.#step] ?? ""), run);
    $("race-said").replaceChildren(this.#busy ? text.busy : this.#running ? text.running : this.#result ? text.outcomes[this.#result.outcome] : text.before);
    $("race-said").className = this.#result?.outcome === "passed" ? "good" : "";
    $("race-output").textContent = this.#output;
    $("race-output").hidden = !this.#output;
    $("race-reports").replaceChildren(...(this.#result ? parts(this.#result, text) : []));
  }

  async #run() {
    if (this.#running) return this.leave();
    this.#running = new AbortController();
    const { signal } = this.#running;
    [this.#output, this.#result, this.#busy] = ["", undefined, false];
    this.speak();
    $("race-run").focus();
    try {
      await watch(`race/${this.#step}/${document.documentElement.lang}`, signal, (line) => {
        if (signal.aborted) return;
        if (line.output) {
          this.#output += line.output;
          $("race-output").hidden = false;
          $("race-output").append(line.output);
          $("race-output").scrollTop = $("race-output").scrollHeight;
        }
        this.#result = line.result ?? this.#result;
        this.#busy ||= line.busy;
      });
    } catch (error) {
      if (!signal.aborted) this.#app.fail(error);
    }
    if (signal.aborted && this.#running) return; // another one runs by now
    this.#running = undefined;
    this.speak();
  }
}

/** parts are what came of a run: what is missing, the lesson, and each report. */
function parts({ outcome, reason, lesson, reports, doctor }, text) {
  const all = [];
  if (doctor) all.push(make("p", {}, text.doctor), make("pre", {}, doctor));
  if (reason && outcome !== "passed") all.push(make("pre", {}, reason));
  if (reports.length && outcome === "failed by data races alone") all.push(make("div", { className: "lesson" }, make("p", {}, text.lesson), make("blockquote", { lang: "en" }, lesson)));
  reports.forEach((report, i) => all.push(make("h2", {}, fill(text.report, i + 1, reports.length)), ...one(report, text)));
  return all;
}

function one({ text: printed, sides, variable }, text) {
  if (!sides.length) return [make("p", {}, text.unknown), make("pre", {}, printed)];
  const columns = sides.map(({ access, function: name, place, source }) =>
    make("div", { className: "side" }, make("strong", {}, text.access[access] ?? access), make("pre", {}, source), make("small", {}, make("code", {}, name), ` ${place}`)));
  const between = make("div", { className: "between" }, make("p", {}, text.variable, " ", variable ? make("code", {}, variable) : text.noName), make("p", {}, text.order, " ", make("strong", {}, text.nothing)));
  const printedToo = make("details", {}, make("summary", {}, text.printed), make("pre", {}, printed));
  return [make("div", { className: "report" }, columns[0], between, columns[1]), printedToo];
}
