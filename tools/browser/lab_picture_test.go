package browser

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

var writePicture = flag.Bool("write-picture", false, "write lab/frozen.*.svg, instead of comparing them")

// The picture of the lab that the pages show is the figure as the lab lights it while
// 01's room is frozen. To write it anew:
//
//	go test -C tools -run TestLabPicture ./browser -write-picture
func TestLabPicture(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	root, err := steps.Root()
	require.NoError(t, err)
	for _, language := range []string{"en", "ja"} {
		tb := openLab(t, l, "disturb", first, language, 1280, 720)
		if language == "en" {
			tb.act(bring2, 2)
			tb.act(stall, 1)
			tb.act(line, 3) // who talked may have heard nothing of its last message, and so waited for it
		}
		tb.waitFor("three arrows to be lit, and three goroutines to pulse", `document.querySelectorAll("#figure .lit.long").length === 3 && document.querySelectorAll("#figure .mark.long").length === 3`)
		got := js[string](tb, picture) + "\n"
		file := filepath.Join(root, "lab", "frozen."+language+".svg")
		if *writePicture {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		// Browsers write a style differently, from one version to the next.
		_, want, _ := strings.Cut(string(text), "</style>")
		_, got, _ = strings.Cut(got, "</style>")
		assert.Equal(t, want, got, "%s is not what the lab shows: go test -C tools -run TestLabPicture ./browser -write-picture", file)
	}
}

// picture makes a document of its own of the figure as it is lit: with its style, and
// without what varies from run to run.
const picture = `(() => {
	const figure = document.querySelector("#figure svg");
	const svg = figure.cloneNode(true);
	svg.querySelectorAll(".beside, .frame, desc").forEach((part) => part.remove());
	for (const marks of svg.querySelectorAll(".ask > g")) { // their order is that of the goroutines' numbers
		const places = [...marks.children].map((mark) => mark.getAttribute("transform"));
		const sorted = [...marks.children].sort((a, b) => (a.getAttribute("class") < b.getAttribute("class") ? 1 : -1));
		sorted.forEach((mark, i) => mark.setAttribute("transform", places[i]));
		marks.replaceChildren(...sorted);
	}
	for (const part of svg.querySelectorAll("[data-id], .ask")) {
		for (const name of ["data-id", "role", "tabindex", "aria-label"]) part.removeAttribute(name);
	}
	svg.setAttribute("role", "img");
	svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	const used = (rule) => {
		if (rule instanceof CSSMediaRule) {
			const inner = [...rule.cssRules].map(used).filter(Boolean).join("\n");
			return inner && /prefers/.test(rule.conditionText) ? "@media " + rule.conditionText + "{\n" + inner + "\n}" : "";
		}
		if (rule instanceof CSSKeyframesRule) return rule.cssText.replace(/\s+/g, " ");
		if (rule.selectorText === ":root") {
			const colours = [...rule.style].filter((name) => /^--(card|text|runs|io|select|send|receive|lock)$/.test(name));
			return "svg{" + colours.map((name) => name + ":" + rule.style.getPropertyValue(name).trim()).join(";") + "}";
		}
		const keep = /^#figure \.(lit|itself|count|label)|^\.mark|^\*, #figure \.lit/.test(rule.selectorText ?? "");
		return keep ? rule.cssText.replaceAll("#figure", "svg.drawing") : "";
	};
	const sheets = [...document.adoptedStyleSheets.map((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)), [...document.styleSheets[0].cssRules].map(used)];
	const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
	style.textContent = "\n" + sheets.flat().filter(Boolean).join("\n") + "\n";
	svg.prepend(style);
	return new XMLSerializer().serializeToString(svg);
})()`
