//go:build race

package peers_test

const raceFlag = "-race=true" // the peers are built like this test
