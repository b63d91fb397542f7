package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOver(t *testing.T) {
	assert.Equal(t, spread{median: 3, least: 1, most: 9, rounds: 5, of: 5}, over(values{1: 9, 2: 1, 3: 3, 4: 2, 5: 8}, 5))
	assert.Equal(t, spread{median: 2.5, least: 1, most: 9, rounds: 4, of: 5}, over(values{1: 9, 2: 1, 3: 3, 5: 2}, 5))
	assert.Equal(t, spread{median: 7, least: 7, most: 7, rounds: 1, of: 5}, over(values{4: 7}, 5))
	assert.Equal(t, spread{of: 5}, over(nil, 5))
}

// A ratio is of one round; the median is that of the ratios, and not the ratio
// of the medians, which here would be 1.
func TestRatios(t *testing.T) {
	a := values{1: 10, 2: 20, 3: 30}
	b := values{1: 20, 2: 10, 3: 20}
	assert.Equal(t, values{1: 0.5, 2: 2, 3: 1.5}, ratios(a, b, nil))
	assert.Equal(t, 1.5, over(ratios(a, b, nil), 3).median)
	assert.Equal(t, values{1: 0.5, 3: 1.5}, ratios(a, b, map[int]bool{2: true, 3: false}))
	assert.Equal(t, values{2: 2}, ratios(a, values{2: 10}, nil), "only rounds in which both were measured")
	assert.Equal(t, values{1: 1, 2: math.Inf(1), 3: 0}, ratios(values{1: 0, 2: 3, 3: 0}, values{1: 0, 2: 0, 3: 4}, nil))
}

func TestBetter(t *testing.T) {
	above, below := spread{median: 1.2, rounds: 5, of: 5}, spread{median: 0.8, rounds: 5, of: 5}
	assert.True(t, deliveries.better(below))
	assert.False(t, deliveries.better(above))
	assert.True(t, cpu.better(above))
	assert.False(t, cpu.better(below))
	assert.False(t, cpu.better(spread{of: 5}), "nothing is left to compare")
	assert.False(t, deliveries.better(spread{of: 5}))
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", 3: "3", 2.5: "2.50", 0.12345: "0.123", 0.0004567: "0.000457", 12.34: "12.3", 123.4: "123",
		999.6: "1,000", 1234: "1,230", 412345: "412,000", 1187654: "1,190,000", -1234.5: "-1,230", math.Inf(1): "∞",
	} {
		assert.Equal(t, want, number(x), "%v", x)
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -100: "-100", -1000: "-1,000"} {
		assert.Equal(t, want, whole(n))
	}
}

func TestQuotient(t *testing.T) {
	for x, want := range map[float64]string{1.25: "1.25", 0: "0.00", 0.5: "0.50", 12.345: "12.35", 0.0123: "0.012", 1234.5: "1,234.50", math.Inf(1): "∞"} {
		assert.Equal(t, want, quotient(x), "%v", x)
	}
	// Who reads 1.20 of what is to be at least 1.2 must not read that it is missed.
	assert.Equal(t, "1.198", sided(1.1984, 1.2))
	assert.Equal(t, "1.1999", sided(1.19988, 1.2))
	assert.Equal(t, "1.20", sided(1.2, 1.2))
	assert.Equal(t, "1.003", sided(1.0031, 1))
	assert.Equal(t, "1.26", sided(1.2567, 1.2))
	assert.Equal(t, "∞", sided(math.Inf(1), 1))
}

func TestSpreadInWords(t *testing.T) {
	english, japanese := page{in: english}, page{in: japanese}
	s := spread{median: 2, least: 1.25, most: 1234, rounds: 5, of: 5}
	assert.Equal(t, "2 (1.25–1,230)", english.spread(s))
	assert.Equal(t, "2（1.25〜1,230）", japanese.spread(s))
	assert.Equal(t, "2.00 (1.25–1,234.00)", english.quotients(s))
	s.rounds = 3
	assert.Equal(t, "2 (1.25–1,230), 3 of 5 rounds", english.spread(s))
	assert.Equal(t, "2（1.25〜1,230）、5 回中 3 回", japanese.spread(s))
	assert.Equal(t, "7, 1 of 5 rounds", english.spread(spread{median: 7, least: 7, most: 7, rounds: 1, of: 5}))
	assert.Equal(t, "no round left", english.quotients(spread{of: 5}))
	assert.Equal(t, "残った回なし", japanese.spread(spread{of: 5}))
}
