// The chat's page: it shows what the server sends, and sends what is typed.
// Both ways a message is one text frame, {"author": "...", "body": "..."}.

const texts = {
  en: {
    title: "Chat",
    messages: "Messages",
    empty: "Nobody has said anything yet.",
    author: "Name",
    message: "Message",
    send: "Send",
    hint: "Enter sends, Shift+Enter breaks the line.",
    says: (author) => `${author} says :`,
    connecting: "Connecting…",
    connected: "Connected",
    disconnected: (seconds) => `Disconnected. Trying again in ${seconds} s`,
    notSent: "Not sent: there is no connection. Your message is still in the box.",
  },
  ja: {
    title: "チャット",
    messages: "メッセージ一覧",
    empty: "まだメッセージはありません。",
    author: "名前",
    message: "メッセージ",
    send: "送信",
    hint: "Enter で送信、Shift+Enter で改行します。",
    says: (author) => `${author} さん :`,
    connecting: "接続しています…",
    connected: "接続済み",
    disconnected: (seconds) => `切断されました。${seconds} 秒後に再接続します`,
    notSent: "接続されていないため送信できません。メッセージは入力欄に残っています。",
  },
};

const lang = navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
const text = texts[lang];
const marks = { connecting: "…", connected: "✓", disconnected: "✕" };
const [step, status, mark, statusText, log, form, author, message, note] =
  ["step", "status", "mark", "status-text", "log", "form", "author", "message", "note"].map((id) => document.getElementById(id));

let socket; // the current one; it may be closed
let retries = 0; // tries since the last time that it was open
let quietTimer;
let following = true; // whether the reader is at the newest message
let lastTop = 0; // how far the list was scrolled, in px

document.documentElement.lang = lang;
for (const element of document.querySelectorAll("[data-text]")) element.textContent = text[element.dataset.text];
for (const element of document.querySelectorAll("[data-label]")) element.ariaLabel = text[element.dataset.label];
showStep(document.body.dataset);
connect();

// ---- the connection ----

function connect() {
  showStatus("connecting", text.connecting);
  const url = new URL(document.body.dataset.path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(url);

  socket.onopen = () => {
    retries = 0;
    // The server sends all that it remembers to whoever comes, so start from
    // nothing: the list shows the server's memory, not this page's.
    log.replaceChildren();
    following = true;
    expectPastMessages();
    note.textContent = "";
    showStatus("connected", text.connected);
  };
  socket.onmessage = (event) => {
    const received = parse(event.data);
    if (received) show(received);
    if (log.ariaBusy === "true") expectPastMessages();
  };
  // A failed try closes the socket too, so this is the one place to retry from.
  socket.onclose = retryLater;
}

// Each wait is twice the one before, up to 8 s, so that a server that is down
// for long isn't hammered; the random part keeps a room full of pages from
// coming back at the same moment.
function retryLater() {
  const longest = Math.min(8000, 400 * 2 ** retries);
  const wait = longest * (0.75 + 0.25 * Math.random());
  retries++;
  showStatus("disconnected", text.disconnected(Math.ceil(wait / 1000)));
  setTimeout(reconnect, wait);
}

// What comes back on this port may be another step, at another path: ask first.
async function reconnect() {
  showStatus("connecting", text.connecting);
  try {
    const response = await fetch("/", { signal: AbortSignal.timeout(5000) });
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

// parse returns the message in a frame, or undefined if there isn't one.
function parse(frame) {
  try {
    const { author, body } = JSON.parse(frame);
    if (typeof author === "string" && typeof body === "string") return { author, body };
  } catch {
    // Not JSON, or null: said below.
  }
  console.warn("not a chat message, ignored:", frame);
}

// ---- what the reader sees ----

function showStep({ step: name, path }) {
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

// textContent, never innerHTML: what people send is text, whatever it looks like.
function show({ author, body }) {
  const says = document.createElement("p");
  says.className = "says";
  says.textContent = text.says(author);
  const words = document.createElement("p");
  words.className = "body";
  words.textContent = body;
  const entry = document.createElement("article");
  entry.dataset.tint = [...author].reduce((sum, char) => sum + char.codePointAt(0), 0) % 6;
  entry.append(says, words);
  log.append(entry);
  if (following) scrollToNewest();
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
  }, 400);
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
  if (socket.readyState !== WebSocket.OPEN) {
    note.textContent = text.notSent;
    return; // the text stays in the box
  }
  // From here on nobody tells whether it arrived: the protocol has no receipts,
  // so what is sent in the very moment of a breakdown is lost.
  socket.send(JSON.stringify({ author: author.value.trim() || author.defaultValue, body: message.value }));
  message.value = "";
}
