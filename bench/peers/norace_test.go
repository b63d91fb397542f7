//go:build !race

package peers_test

const raceFlag = "-race=false"
