package load

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each delay is counted as one that is less than 0.8 % from it, or 8 ns.
func TestDelaysError(t *testing.T) {
	check := func(ns int64) {
		near := middle(bucket(ns))
		require.LessOrEqual(t, math.Abs(near-float64(ns)), max(8, 0.008*float64(ns)), "%d ns are counted as %v", ns, near)
	}
	for ns := range int64(100_000) {
		check(ns)
	}
	for power := range 37 {
		for _, by := range []int64{-1, 0, 1} {
			check(max(0, int64(1)<<power+by))
		}
	}
	for range 100_000 {
		check(int64(math.Exp(rand.Float64() * math.Log(float64(4*time.Minute)))))
	}
	assert.Equal(t, bucket(0), bucket(-5), "a clock that goes back")
	assert.Equal(t, len(delays{}.buckets)-1, bucket(int64(time.Hour)), "what is beyond all buckets counts in the last one")
	assert.Equal(t, len(delays{}.buckets)-1, bucket(math.MaxInt64))
}

func TestBucketsFollowOneAnother(t *testing.T) {
	for b := range len(delays{}.buckets) {
		require.Equal(t, b, bucket(int64(middle(b))))
	}
}

func TestQuantiles(t *testing.T) {
	var d delays
	assert.Zero(t, d.quantile(0.5), "of nothing")
	d.add(5000)
	assert.InEpsilon(t, 5, d.quantile(0), 0.008)
	assert.InEpsilon(t, 5, d.quantile(0.99), 0.008)
	assert.InEpsilon(t, 5, d.quantile(1), 0.008)

	var halves [2]delays
	var all []float64
	for i := range 10_000 {
		ns := int64(1000 * math.Exp(rand.Float64()*10))
		halves[i%2].add(ns)
		all = append(all, float64(ns)/1000)
	}
	slices.Sort(all)
	halves[0].merge(&halves[1])
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99} {
		assert.InEpsilon(t, all[int(q*float64(len(all)))], halves[0].quantile(q), 0.009)
	}
}
