package main

// words are what the command says in one language.
type words struct {
	building, far, stopped, long string
	small                        string // with the constant and its value
	all                          string // with how many go wrong, and of how many
	shortest, again              string
	lines                        string // where a line can't be played
	reading                      string
}

var languages = map[string]words{
	"en": {
		building: "building …",
		far:      "%s orders so far, %s go wrong (%s runs)",
		stopped:  "stopped after %s orders, of which %s go wrong: nothing is said of the others",
		long:     "this takes longer than a minute: it stopped after %s orders. Without -all, orders that only swap independent steps are left out",
		small:    "(In it, %s is %s.)",
		all:      "%s of %s orders go wrong. (Every single order is counted.)",
		shortest: "The shortest: %d steps; preemptions: %d.",
		again:    "To play it again:",
		lines:    "A line belongs to one step, one scenario and the code as it was. Without -replay the command prints a line of today.",
		reading:  "How many orders go wrong, of how many (those that only swap independent steps are counted as one).\n– : the step has no such limit.  ? : the step can't be explored; why is said below.",
	},
	"ja": {
		building: "ビルドしています …",
		far:      "ここまで %s 通り、うち %s 通りで問題が起きた(実行 %s 回)",
		stopped:  "中断した。%s 通りまで調べ、うち %s 通りで問題が起きた。残りについては何も言えない",
		long:     "1 分では終わらないため、%s 通りで打ち切った。-all を付けなければ、独立なステップを入れ替えただけの順序は省かれる",
		small:    "(このシナリオでは %s を %s にしてある。)",
		all:      "%[2]s 通りの順序のうち、%[1]s 通りで問題が起きる。(すべての順序を 1 つずつ数える。)",
		shortest: "最短の順序: %d ステップ、プリエンプション %d 回。",
		again:    "もう一度再生するには:",
		lines:    "-replay の行は、その行を表示したときのステップ、シナリオ、コードでだけ使える。-replay を付けずに実行すると、今のコードの行が表示される。",
		reading:  "問題が起きる順序の数/順序の数(独立なステップを入れ替えただけの順序は 1 通りと数える)。\n– : その上限がないステップ。 ? : 調べられないステップ。理由は下にある。",
	},
}
