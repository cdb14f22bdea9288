module taser-telemetry/go-dock

go 1.19
