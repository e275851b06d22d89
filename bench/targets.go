package main

// targets are what was aimed at, with what was measured.
type targets []target

type target struct {
	what, aim, measured string
	reached             bool
}

func (t *targets) add(what, aim, measured string, reached bool) {
	*t = append(*t, target{what, aim, measured, reached})
}

func (t targets) table() *table {
	result := newTable("Targets", "", "target", "measured", "")
	for _, target := range t {
		verdict := "missed"
		if target.reached {
			verdict = "ok"
		}
		result.add(target.what, target.aim, target.measured, verdict)
	}
	return result
}
