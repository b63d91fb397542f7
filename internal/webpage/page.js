// The chat's page: it shows what the server sends, and sends what is typed.
// Both ways a message is one text frame, {"author": "...", "body": "..."}.
// A step whose path names a room does more. There, a message has an "id" when it
// comes, so the page goes on where it was. And it has a "key" of its sender's,
// under which it may be sent again: the room has it only once.

const texts = {
  en: {
    title: "Chat",
    messages: "Messages",
    empty: "Nobody has said anything yet.",
    author: "Name",
    anonymous: "Anonymous",
    message: "Message",
    send: "Send",
    hint: "Enter sends, Shift+Enter breaks the line.",
    says: (author) => `${author} says :`,
    connecting: "Connecting…",
    connected: "Connected",
    connectedTo: (host) => `Connected to ${host}`,
    disconnected: (seconds) => `Disconnected. Trying again in ${seconds} s`,
    restarts: (seconds) => `The server restarts. Trying again in ${seconds} s`,
    silent: "The server does not answer",
    notSent: "Not sent: there is no connection. Your message is still in the box.",
    tooLong: (bytes) =>
      `Too long to send: as JSON it has ${bytes} bytes, and the limit is ${maxFrame}. Make it shorter, or send it in parts. Your message is still in the box.`,
    pending: "Sent. Waiting for it to come back from the server.",
    unconfirmed: "Not confirmed. If it did arrive, sending it again makes a second copy.",
    waiting: "It goes out again when there is a connection.",
    late: "Not stored yet. It goes out again by itself, and arrives once.",
    refused: "Not accepted.",
    gap: "Here, messages are missing. The server no longer has them.",
    sendAgain: "Send again",
    discard: "Discard",
  },
  ja: {
    title: "チャット",
    messages: "メッセージ一覧",
    empty: "まだメッセージはありません。",
    author: "名前",
    anonymous: "匿名",
    message: "メッセージ",
    send: "送信",
    hint: "Enter で送信、Shift+Enter で改行します。",
    says: (author) => `${author} さん：`,
    connecting: "接続しています…",
    connected: "接続済み",
    connectedTo: (host) => `${host} に接続済み`,
    disconnected: (seconds) => `切断されました。${seconds} 秒後に再接続します`,
    restarts: (seconds) => `サーバーが再起動します。${seconds} 秒後に再接続します`,
    silent: "サーバーから応答がありません",
    notSent: "接続されていないため送信できません。メッセージは入力欄に残っています。",
    tooLong: (bytes) =>
      `長すぎるため送信できません。JSON にすると ${bytes} バイトで、上限は ${maxFrame} バイトです。短くするか、分けて送信してください。メッセージは入力欄に残っています。`,
    pending: "送信しました。サーバーから戻るのを待っています。",
    unconfirmed: "届いたか確認できません。届いていた場合、再送すると重複します。",
    waiting: "接続でき次第、再送します。",
    late: "まだ保存されていません。自動で再送しますが、重複はしません。",
    refused: "受け付けられませんでした。",
    gap: "ここに抜けがあります。サーバーにはもう残っていません。",
    sendAgain: "再送",
    discard: "破棄",
  },
};

const lang = navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
const text = texts[lang];
const marks = { connecting: "…", connected: "✓", silent: "?", disconnected: "✕" };
const [step, status, mark, statusText, log, pending, form, author, message, note] =
  ["step", "status", "mark", "status-text", "log", "pending", "form", "author", "message", "note"].map((id) => document.getElementById(id));

// Where this page is: it may be below a prefix that a proxy takes away. The
// origin leaves out a user and a password, with which fetch refuses an address.
const here = new URL(".", location.origin + location.pathname);

// How many bytes of UTF-8 a message's JSON may have. Chromium sends this many in
// one piece (kSmallMessageThreshold in its services/network/websocket.cc), and
// more in several. x/net/websocket gives the steps each piece as a message.
const maxFrame = 1 << 16;
const quiet = 400; // ms without a message, after which all past ones have come
const patience = 5000; // ms until a message that doesn't come back is not confirmed
const keyPatience = 15000; // ms until the page leaves a server that has not stored it: that tries for 10 s
const keyKnown = 9 * 60000; // ms that a key is known again for sure: 07 says 10 minutes

// Where the room is: on this page's own server, and on others. The page goes from one to the next.
const servers = [here, ...document.body.dataset.others.split(" ").filter((origin) => origin && origin !== location.origin)];

let socket; // the current one; it may be closed
let turn = 0; // the index of its server
let last; // the id of the last message, if the room gives them ids and this page was there
let retries = 0; // tries since the last time that it was open
let quietTimer;
let following = true; // whether the reader is at the newest message
let lastTop = 0; // how far the list was scrolled, in px
let heardAt = 0; // when the server last sent something
let unseen = []; // what was sent and hasn't come back, the oldest first

document.documentElement.lang = lang;
for (const element of document.querySelectorAll("[data-text]")) element.textContent = text[element.dataset.text];
for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = text[element.dataset.label];
author.defaultValue = text.anonymous;
showStep(document.body.dataset);
connect();

// ---- the connection ----

function connect() {
  showStatus("connecting", text.connecting);
  const url = new URL(`.${document.body.dataset.path}`, servers[turn]);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (last !== undefined) url.searchParams.set("after", last);
  socket = new WebSocket(url);

  socket.onopen = () => {
    retries = 0;
    if (last === undefined) {
      // The server sends all that it remembers to whoever comes, so start from
      // nothing: the list shows the server's memory, not this page's.
      for (const sent of unseen) sent.past = [...log.children].filter((entry) => entry.frame === sent.frame).length;
      log.replaceChildren();
      following = true;
    }
    expectPastMessages();
    note.textContent = "";
    showConnected();
    if (hasKeys()) {
      last ??= 0;
      sendWaiting();
    } else setTimeout(sendWaiting, quiet); // what has arrived before may be among the past messages
  };
  socket.onmessage = (event) => {
    heardAt = performance.now();
    if (status.dataset.state === "silent") showConnected();
    const received = parse(event.data);
    if (received) receive(received);
    if (log.ariaBusy === "true") expectPastMessages();
  };
  // A failed try closes the socket too.
  socket.onclose = (event) => {
    giveUpEchoes();
    if (event.code === 1001) comeBackLater();
    else retryLater();
  };
}

// The close of a silent connection has no answer either, so nobody waits for it.
function leaveSilentConnection() {
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
  giveUpEchoes();
  reconnect();
}

// Each wait is twice the one before, up to 8 s, so that a server that is down
// for long isn't hammered; the random part keeps a room full of pages from
// coming back at the same moment.
function retryLater() {
  const longest = Math.min(8000, 400 * 2 ** retries);
  retries++;
  retryAfter(longest * (0.75 + 0.25 * Math.random()), text.disconnected);
}

// A server that goes away and says so (1001) has told the whole room at the same
// moment. It will be back soon, but not at once, and not for all at once.
function comeBackLater() {
  retryAfter(1000 + 4000 * Math.random(), text.restarts);
}

function retryAfter(wait, words) {
  showStatus("disconnected", words(Math.ceil(wait / 1000)));
  setTimeout(reconnect, wait);
}

// What comes back on this port may be another step, at another path: ask first.
// Another server can't be asked. It refuses who comes from another room.
async function reconnect() {
  showStatus("connecting", text.connecting);
  turn = (turn + 1) % servers.length;
  if (turn > 0) {
    connect();
    return;
  }
  try {
    const response = await fetch(here, { signal: AbortSignal.timeout(5000) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const { step, path } = page.body.dataset;
    if (!response.ok || !step || !path) throw new Error("what answers is not the chat");
    showStep({ step, path });
  } catch {
    retryLater();
    return;
  }
  connect();
}

// parse returns what is in a frame, a message or what a room with keys says, or
// undefined if it is nothing of that.
function parse(frame) {
  try {
    const received = JSON.parse(frame);
    const { author, body, key, gap } = received;
    if (typeof author === "string" && typeof body === "string") return received;
    if (hasKeys() && (key || gap)) return received;
  } catch {
    // Not JSON, or null: said below.
  }
  console.warn("not a chat message, ignored:", frame);
}

function receive({ author, body, id, key, error, gap }) {
  const sent = key && unseen.find((sent) => sent.key === key);
  if (gap) showGap();
  else if (error && sent) setState(sent, "refused");
  else if (sent) forget(sent);
  if (body === undefined || id <= last) return;
  if (last !== undefined && id) last = id;
  show({ author, body });
}

// hasKeys tells whether messages have ids and keys.
function hasKeys() {
  return new URL(document.body.dataset.path, here).searchParams.has("room");
}

// ---- what the reader sees ----

function showConnected() {
  showStatus("connected", turn === 0 ? text.connected : text.connectedTo(new URL(servers[turn]).host));
}

function showGap() {
  const words = document.createElement("p");
  words.className = "gap";
  words.textContent = text.gap;
  log.append(words);
}

function showStep({ step: name, path }) {
  if (path !== document.body.dataset.path) last = undefined; // another room
  document.body.dataset.step = name;
  document.body.dataset.path = path;
  step.textContent = name;
  document.title = `${name} – ${text.title}`;
}

// The mark and the words say it; the colour, by data-state, only says it again.
function showStatus(state, words) {
  status.dataset.state = state;
  mark.textContent = marks[state];
  if (statusText.textContent !== words) statusText.textContent = words;
}

function show(received) {
  const entry = newEntry(received);
  entry.frame = JSON.stringify(received);
  if (!hasKeys()) confirm(entry.frame);
  log.append(entry);
  if (following) scrollToNewest();
}

// textContent, never innerHTML: what people send is text, whatever it looks like.
function newEntry({ author, body }) {
  const says = document.createElement("p");
  says.className = "says";
  says.textContent = text.says(author);
  const words = document.createElement("p");
  words.className = "body";
  words.textContent = body;
  const entry = document.createElement("article");
  entry.dataset.tint = [...author].reduce((sum, char) => sum + char.codePointAt(0), 0) % 6;
  entry.append(says, words);
  return entry;
}

// A screen reader is not to read out the whole past at each connection: until
// no message has come for a moment, the log is busy, and not live. (Busy alone
// may have it all read afterwards.)
function expectPastMessages() {
  log.ariaBusy = "true";
  log.ariaLive = "off";
  clearTimeout(quietTimer);
  quietTimer = setTimeout(() => {
    log.ariaBusy = "false";
    log.ariaLive = "polite";
  }, quiet);
}

function scrollToNewest() {
  log.scrollTop = log.scrollHeight;
}

log.onscroll = () => {
  const atNewest = log.scrollHeight - log.scrollTop - log.clientHeight < 8; // px: zoom makes fractions
  if (atNewest) following = true;
  else if (log.scrollTop < lastTop) following = false; // upwards: that was the reader
  lastTop = log.scrollTop;
};
// A phone's keyboard makes the list lower without scrolling it.
new ResizeObserver(() => following && scrollToNewest()).observe(log);

// ---- sending ----

form.onsubmit = (event) => {
  event.preventDefault(); // the form has nowhere to go
  send();
};

message.onkeydown = (event) => {
  // The Enter that confirms an IME's conversion (as of Japanese) isn't ours.
  // Safari ends the composition before that key, and tells it by keyCode 229.
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault(); // no line break: the message goes
  send();
};

message.oninput = () => {
  note.textContent = "";
};

function send() {
  message.focus();
  if (message.value.trim() === "") return;
  // Half a surrogate pair is no UTF-8. A step would mend it, and its echo would be another text.
  const sent = { author: (author.value.trim() || author.defaultValue).toWellFormed(), body: message.value.toWellFormed() };
  const frame = JSON.stringify(sent);
  const key = newKey();
  const bytes = new TextEncoder().encode(hasKeys() ? withKey(frame, key) : frame).length;
  if (bytes > maxFrame) note.textContent = text.tooLong(bytes);
  else if (socket.readyState !== WebSocket.OPEN) note.textContent = text.notSent;
  else {
    note.textContent = message.value = "";
    transmit(expectEcho(sent, frame, key));
  } // else the text stays in the box
}

// newKey returns a key that nobody else has. (crypto.randomUUID needs https.)
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function withKey(frame, key) {
  return JSON.stringify({ ...JSON.parse(frame), key });
}

// ---- what has not come back yet ----

// In a room without keys, the protocol has no receipts, but each step sends a message to its author too,
// its echo. A message has no number, and a step may change the order. So a message
// that comes confirms the oldest of ours with the same name and the same text.
// Another client's may have both, too, and confirms ours then. The page can't
// know better: to everybody in the room these two messages are the same.
function confirm(frame) {
  const sent = unseen.find((sent) => sent.frame === frame && sent.past === 0);
  for (const other of unseen) if (other.frame === frame && other.past > 0) other.past--;
  if (sent) forget(sent);
}

// expectEcho shows a message as one that waits for its echo. A new connection
// begins with the past messages, so its past is how many equal ones were shown
// before: they don't confirm it. If the server has forgotten one of them, the
// message stays as not confirmed. That is the safe side.
function expectEcho(words, frame, key) {
  const entry = newEntry(words);
  const state = document.createElement("p");
  state.className = "state";
  const buttons = document.createElement("p");
  buttons.className = "buttons";
  const sent = { frame, key, since: Date.now(), past: 0, entry, state, buttons };
  buttons.append(newButton(text.sendAgain, () => sendAgain(sent)), newButton(text.discard, () => forget(sent)));
  entry.append(state, buttons);
  pending.append(entry);
  unseen.push(sent);
  return sent;
}

function newButton(words, onclick) {
  const button = document.createElement("button");
  button.textContent = words;
  button.onclick = () => {
    onclick();
    message.focus(); // the button is gone
  };
  return button;
}

function transmit(sent) {
  const sentAt = performance.now();
  sent.past = 0;
  socket.send(hasKeys() ? withKey(sent.frame, sent.key) : sent.frame);
  setState(sent, "pending");
  sent.timer = setTimeout(() => {
    setState(sent, hasKeys() ? "late" : "unconfirmed");
    if (heardAt < sentAt) showStatus("silent", text.silent);
    if (hasKeys()) sent.timer = setTimeout(leaveSilentConnection, keyPatience - patience);
  }, patience);
}

function setState(sent, state) {
  clearTimeout(sent.timer);
  sent.entry.dataset.state = state;
  sent.state.textContent = text[state];
  sent.buttons.hidden = state === "pending" || state === "late";
}

// giveUpEchoes marks what was sent on a connection that has ended. What has a key that
// is still known waits to be sent again.
function giveUpEchoes() {
  for (const sent of unseen) {
    if (sent.entry.dataset.state !== "pending" && sent.entry.dataset.state !== "late") continue;
    setState(sent, hasKeys() ? "waiting" : "unconfirmed");
  }
}

// On a silent connection it would only be silent again, so that takes a new one.
function sendAgain(sent) {
  setState(sent, "waiting");
  if (status.dataset.state === "silent") leaveSilentConnection();
  else sendWaiting();
}

function sendWaiting() {
  if (socket.readyState !== WebSocket.OPEN) return; // onopen will see to it
  for (const sent of unseen) {
    if (sent.entry.dataset.state !== "waiting") continue;
    if (hasKeys() && Date.now() - sent.since > keyKnown) setState(sent, "unconfirmed");
    else transmit(sent);
  }
}

function forget(sent) {
  clearTimeout(sent.timer);
  sent.entry.remove();
  unseen = unseen.filter((other) => other !== sent);
}

// These messages are only here: the browser asks before it leaves the page.
window.onbeforeunload = (event) => {
  if (unseen.length > 0) event.preventDefault();
};
