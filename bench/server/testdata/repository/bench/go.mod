module small/bench

go 1.26.0
