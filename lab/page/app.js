// The lab's page: which step and which room are shown, and what the server streams of it.

import { Refused, findToken, get, post, takeToken, watch } from "./api.js";
import { Disturb } from "./disturb.js";
import { Exercises } from "./exercises.js";
import { Figure, summary } from "./figure.js";
import { Inspect } from "./inspect.js";
import { icon, kinds, make } from "./marks.js";
import { Plots } from "./plots.js";
import { Race } from "./race.js";
import { Schedule } from "./schedule.js";
import { fill, texts } from "./texts.js";

const $ = (id) => document.getElementById(id);
const retry = 2000; // ms, until the server is asked again

const app = { text: undefined, step: "", fail, closeInspect: () => inspect.close() };
let room = "watch";
let snapshot; // the last one
let followed = ""; // which step's stream is shown
let shown = ""; // which figure: step and language
let generation = 0;
let stream = new AbortController();
let disturb;
let own = {}; // the rooms in which no step is watched

const figure = new Figure($("figure"), inspectBox);
const plots = new Plots($("plots"), ["goroutines", "heap", "sockets", "heard", "inversions"]);
const inspect = new Inspect(app);

$("step").onchange = () => (location.hash = `${room}/${$("step").value}`);
$("language").onclick = () => {
  localStorage.setItem("lab-language", app.text.otherLang);
  speak(app.text.otherLang);
};
$("restart").onclick = () => {
  disturb.forget();
  post(`restart/${app.step}`).catch(fail);
};
addEventListener("hashchange", () => {
  // The address with another token: of a lab that was started again.
  if (takeToken(location.hash)) location.replace(location.pathname);
  else go();
});

speak(localStorage.getItem("lab-language") ?? (navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en"));
if (takeToken(location.hash)) history.replaceState(null, "", "#watch");
if (await findToken()) start();
else notice(app.text.noToken);

async function start() {
  try {
    const lists = await (await get("steps")).json();
    disturb = new Disturb(app, lists);
    own = { schedule: new Schedule(app, lists.levels), race: new Race(app, lists.steps), exercises: new Exercises(app) };
    $("step").replaceChildren(...lists.steps.map(({ name }) => new Option(name, name)));
    go();
  } catch (error) {
    fail(error);
  }
}

/** go shows the room and the step of the address, as in #watch/01-original. */
function go() {
  const [wanted, ...rest] = location.hash.slice(1).split("/");
  const step = rest[wanted === "schedule" ? 1 : 0];
  own[room]?.leave();
  room = wanted in own || wanted === "disturb" ? wanted : "watch";
  document.body.dataset.room = room;
  const options = [...$("step").options].map(({ value }) => value);
  app.step = options.includes(step) ? step : app.step || options[0];
  $("step").value = app.step;
  for (const name of ["watch", "disturb", "schedule", "race", "exercises"]) {
    const link = $(`to-${name}`);
    if (name !== "schedule" && name !== "exercises") link.href = `#${name}/${app.step}`;
    link.ariaCurrent = name === room ? "page" : null;
  }
  document.title = `${app.step} – ${app.text.title}`;
  if (room in own) {
    stream.abort();
    followed = "";
    notice("");
    inspect.close();
    own[room].go(rest);
    return;
  }
  if (app.step === followed) return;
  followed = app.step;
  snapshot = undefined;
  state("starting");
  notice("");
  plots.clear();
  disturb.forget();
  disturb.speak();
  disturb.update({ state: "starting", heard: { listeners: [] } });
  inspect.close();
  draw();
  follow();
}

/** follow shows what the server streams of the step, for as long as it is the one that is shown. */
async function follow() {
  stream.abort();
  stream = new AbortController();
  const { signal } = stream;
  while (!signal.aborted) {
    try {
      await watch(`watch/${app.step}`, signal, update);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused) return fail(error);
    }
    if (signal.aborted) return;
    snapshot = undefined;
    state("lost");
    notice(app.text.lost);
    await new Promise((resolve) => setTimeout(resolve, retry));
  }
}

/** draw fetches the figure of the step, in the language that is chosen. */
async function draw() {
  const wanted = `${app.step}/${document.documentElement.lang}`;
  if (!app.step || wanted === shown) return;
  shown = wanted;
  try {
    const response = await get(`figure/${wanted}`);
    const text = await response.text();
    if (wanted !== shown) return;
    if (room in own) {
      shown = ""; // it has no size while it is not seen
      return;
    }
    figure.show(text);
    if (snapshot?.frame) figure.update(snapshot.frame, snapshot.names, app.text);
  } catch (error) {
    fail(error);
  }
}

function update(now) {
  snapshot = now;
  state(now.state);
  if (now.generation !== generation) {
    generation = now.generation;
    plots.clear();
  }
  if (now.state === "ended") notice(fill(app.text.ended, now.status), now.why);
  else if (now.state === "broken") notice(app.text.broken, now.why);
  else if (now.changed) notice(app.text.changed[now.changed]);
  else notice("");
  disturb.update(now);
  const { frame } = now;
  if (!frame) return;
  figure.update(frame, now.names, app.text);
  boxes(frame, now.names);
  tray(frame.tray);
  plots.add({ goroutines: frame.goroutines, heap: now.heap / 2 ** 20, sockets: now.sockets, heard: now.heard.messages, inversions: now.heard.inversions });
}

function state(name) {
  $("state").dataset.state = name;
  const text = app.text.states[name];
  if ($("state").textContent !== text) $("state").textContent = text;
}

/** boxes says what is in the figure, box by box, for where the figure is small. */
function boxes(frame, names) {
  const rows = Object.entries(names).map(([id, name]) => {
    const box = frame.boxes[id] ?? { n: 0, kinds: {} };
    return { id, label: name, box, key: JSON.stringify([id, box.kinds, box.long]) };
  });
  const key = rows.map((r) => r.key).join() + app.text.title;
  if ($("boxes").dataset.key === key) return;
  const focused = document.activeElement?.dataset.box;
  $("boxes").dataset.key = key;
  $("boxes").replaceChildren(
    ...rows.map(({ id, label, box }) => {
      const counts = kinds.filter((kind) => box.kinds[kind]).flatMap((kind) => [icon(kind, Boolean(box.long?.[kind])), box.kinds[kind]]);
      const button = make("button", { onclick: () => inspectBox(id), ariaLabel: summary(label, box, app.text) }, make("code", {}, label), ...counts);
      button.dataset.box = id;
      return make("li", {}, button);
    }),
  );
  if (focused) document.querySelector(`#boxes [data-box="${focused}"]`)?.focus();
}

/** tray shows goroutines that the figure doesn't know. */
function tray(all) {
  $("tray").hidden = all.length === 0;
  const key = JSON.stringify(all) + app.text.title;
  if ($("strangers").dataset.key === key) return;
  $("strangers").dataset.key = key;
  $("strangers").replaceChildren(
    ...all.map((dot) => make("button", { onclick: () => inspect.open(app.text.tray, all, dot.id) }, icon(dot.kind, dot.long), dot.where)),
  );
}

function inspectBox(id, goroutine) {
  const box = snapshot?.frame?.boxes[id] ?? { n: 0, kinds: {}, dots: [] };
  const name = snapshot?.names?.[id] ?? "";
  inspect.open(summary(name, box, app.text), box.dots, goroutine);
}

function notice(text, output = "") {
  const key = text + output;
  if ($("notice").dataset.key === key) return;
  $("notice").dataset.key = key;
  $("notice").hidden = !text;
  $("notice").replaceChildren(make("p", {}, text));
  if (output) $("notice").append(make("pre", { tabIndex: 0 }, output));
}

function speak(language) {
  document.documentElement.lang = language;
  app.text = texts[language];
  for (const part of document.querySelectorAll("[data-text]")) part.textContent = app.text[part.dataset.text];
  for (const part of document.querySelectorAll("[data-label]")) part.ariaLabel = app.text[part.dataset.label];
  $("language").textContent = app.text.other;
  $("language").lang = app.text.otherLang;
  plots.speak(app.text);
  $("legend").replaceChildren(
    ...kinds.map((kind) => make("li", {}, icon(kind), app.text.kinds[kind])),
    make("li", {}, icon("send", true), app.text.long),
  );
  if (!app.step) return;
  for (const each of Object.values(own)) each.speak();
  inspect.close();
  disturb.speak();
  draw();
  if (snapshot && !(room in own)) update(snapshot);
}

/** fail shows what went wrong with a request. */
function fail(error) {
  if (error instanceof Refused) notice(app.text.noToken);
  else if (error.name !== "AbortError") notice(app.text.lost, String(error));
}
