// The way to the lab's server. The token comes in the address that the lab prints,
// stays in this tab's sessionStorage, and goes out in a header. A cookie would go to
// every other port of this machine, too.

const key = "lab-token";

// Tabs of this origin, and no others, hear each other on this channel. So a tab that
// was opened by a link, without a token, gets it from one that has it.
const tabs = new BroadcastChannel("lab");
tabs.onmessage = ({ data }) => {
  const token = sessionStorage.getItem(key);
  if (data === "a token?" && token) tabs.postMessage({ token });
};

/** takeToken keeps the token of an address, and tells whether there was one. */
export function takeToken(address) {
  const token = /#token=(\w+)/.exec(address)?.[1];
  if (token) sessionStorage.setItem(key, token);
  return Boolean(token);
}

/** findToken asks the other tabs for a token, if this one has none. */
export function findToken() {
  if (sessionStorage.getItem(key)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const listen = ({ data }) => {
      if (!data?.token) return;
      sessionStorage.setItem(key, data.token);
      resolve(true);
    };
    tabs.addEventListener("message", listen);
    tabs.postMessage("a token?");
    setTimeout(() => resolve(false), 300);
  });
}

/** Refused is thrown when the server does not take the token. */
export class Refused extends Error {}

async function ask(path, options = {}) {
  const response = await fetch(`api/${path}`, { ...options, headers: { "Lab-Token": sessionStorage.getItem(key) ?? "" } });
  if (response.status === 403) throw new Refused(await response.text());
  return response;
}

export const get = (path) => ask(path);
export const post = (path) => ask(path, { method: "POST" });

/** watch calls show with each line that the server streams, until signal or the server ends it. */
export async function watch(path, signal, show) {
  const response = await ask(path, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      try {
        show(JSON.parse(line));
      } catch (error) {
        reportError(error); // a mistake of the page is not the server's end
      }
    }
  }
}
