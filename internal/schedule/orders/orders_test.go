package orders

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

func TestQuick(t *testing.T) {
	t0 := time.Now()
	p, err := Build(t.Context(), nil, steps.Of("01-original"), steps.Of("02-race-fix"), steps.Of("03-single-goroutine"), steps.Of("04-mailbox"), steps.Of("05-batch"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	fmt.Println("built", time.Since(t0))
	var qs []room.Question
	for _, sc := range room.Scenarios {
		if only := os.Getenv("ONLY"); only != "" && !strings.Contains(only, sc.Name) {
			continue
		}
		for _, s := range steps.All {
			name, _ := p.Server(s.Name, sc)
			qs = append(qs, room.Question{Server: name, Scenario: sc.Name, How: schedule.How{Distinct: true, Preemptions: -1}})
		}
	}
	t0 = time.Now()
	err = p.Ask(t.Context(), qs, func(i int, a room.Answer) error {
		if a.Last {
			fmt.Println(qs[i].Server, qs[i].Scenario, a.Error, a.Tally, a.Runs, a.Line)
			if a.Order != nil {
				fmt.Println("   ", len(a.Order.Steps), a.Order.Wrong)
			}
			fmt.Println("   ", time.Since(t0))
			t0 = time.Now()
		}
		return nil
	})
	fmt.Println(err)
}
