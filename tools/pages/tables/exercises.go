package tables

import (
	"cmp"
	"fmt"
	"io/fs"
	"strings"

	"websocket-chat-steps/internal/exercises"
)

// exerciseWords are the words of the tables of exercises, in English and in Japanese.
var exerciseWords = map[string][2]string{
	"language": {"en", "ja"},
	"summary":  {"exercise|grade|properties|scenarios|right|wrong|of these, clean under the race detector", "演習|段階|性質|シナリオ|正しい|誤り|うち race detector が報告しない"},
	"matrix":   {"exercise|solution|what it is, or why it is wrong|verdict", "演習|解き方|どんな解き方か、なぜ誤りか|判定"},
	"solved":   {"solved", "解けた"},
	"race":     {"race detector", "race detector"},
	"property": {"does not hold: `%s`", "`%s` が成り立たない"},
	"test":     {"the test does not tell: `%s`", "テストで区別できない: `%s`"},
	"answer":   {"the answer `%s` is not what the report says", "答え `%s` がレポートと違う"},
	"crash":    {"crashes", "クラッシュする"},
	"asks":     {"asks who runs it", "誰が動かしているかを調べる"},
	"orders":   {"goes wrong in some order of `%s`", "`%s` のいずれかの順序で問題が起きる"},
	"counted":  {"goes wrong in %[2]d of %[3]d orders of `%[1]s`", "`%[1]s` の %[3]d 通りのうち %[2]d 通りで問題が起きる"},
	"unseen":   {"not solved: the orders can't be explored", "解けたことにならない: 順序を調べられない"},
	"clean":    {"; the race detector reports nothing", "。race detector は何も報告しない"},
}

// Exercises returns the table of exercises: what each asks, and how many right and wrong
// solutions it is tried with.
func Exercises(repository fs.FS, japanese bool) ([]string, error) {
	word := inLanguage(japanese)
	lines := head(word("summary"))
	for _, e := range exercises.All {
		solutions, err := e.Solutions(repository)
		if err != nil {
			return nil, err
		}
		right, wrong, clean := 0, 0, 0
		for _, s := range solutions {
			switch {
			case s.Right:
				right++
			case s.Clean:
				clean++
				wrong++
			default:
				wrong++
			}
		}
		var properties, scenarios []string
		for _, p := range e.Properties {
			properties = append(properties, "`"+string(p)+"`")
		}
		for _, s := range e.Scenarios {
			scenarios = append(scenarios, "`"+s+"`")
		}
		lines = append(lines, fmt.Sprintf("| [%s](../%s) | %d | %s | %s | %d | %d | %d |", e.Name, e.Readme(word("language")), e.Grade,
			cmp.Or(strings.Join(properties, ", "), "–"), cmp.Or(strings.Join(scenarios, ", "), "–"), right, wrong, clean))
	}
	return append(lines, ""), nil
}

// Solutions returns the matrix: each solution, and what must be said of it. The tests of
// tools/exercises make sure of that.
func Solutions(repository fs.FS, japanese bool) ([]string, error) {
	word := inLanguage(japanese)
	lines := head(word("matrix"))
	for _, e := range exercises.All {
		solutions, err := e.Solutions(repository)
		if err != nil {
			return nil, err
		}
		for _, s := range solutions {
			verdict := word("solved")
			switch {
			case s.Right:
			case s.All > 0:
				verdict = fmt.Sprintf(word("counted"), s.What, s.Bad, s.All)
			case s.What != "":
				verdict = fmt.Sprintf(word(s.By), s.What)
			case s.By == exercises.ByOrders:
				verdict = word("unseen")
			default:
				verdict = word(s.By)
			}
			if s.Clean {
				verdict += word("clean")
			}
			lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s |", e.Name, s.Title, s.Why[word("language")], verdict))
		}
	}
	return append(lines, ""), nil
}

func inLanguage(japanese bool) func(string) string {
	return func(key string) string {
		if japanese {
			return exerciseWords[key][1]
		}
		return exerciseWords[key][0]
	}
}

// head is that of a table, behind an empty line.
func head(names string) []string {
	columns := strings.Split(names, "|")
	return []string{"", "| " + strings.Join(columns, " | ") + " |", "|" + strings.Repeat(" --- |", len(columns))}
}
