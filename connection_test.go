package tusk

import "testing"

func TestConfirmPolicy(t *testing.T) {
	for _, test := range []struct {
		environment Environment
		color       string
		chosen      ConfirmPolicy
		want        ConfirmPolicy
	}{
		{"", "", "", ConfirmOff},
		{Staging, "", "", ConfirmOff},
		{Production, "", "", ConfirmAsk},
		{Production, "", ConfirmOff, ConfirmOff},
		{"", "#FF0000", "", ConfirmAsk},
		{"", "#e74c3c", "", ConfirmAsk}, // a red of many palettes
		{"", "#B22222", "", ConfirmAsk}, // firebrick
		{"", "#FF8800", "", ConfirmOff}, // orange
		{"", "#FFCCCC", "", ConfirmOff}, // pink
		{"", "#FF00AA", "", ConfirmOff}, // magenta
		{"", "#220000", "", ConfirmOff}, // nearly black
		{"", "#600000", "", ConfirmAsk}, // the darkest
		{"", "#5F0000", "", ConfirmOff},
		{"", "#FF9999", "", ConfirmAsk}, // the palest: 40 %
		{"", "#FF9A9A", "", ConfirmOff},
		{"", "#FF5500", "", ConfirmAsk}, // 20 degrees towards yellow
		{"", "#FF5600", "", ConfirmOff},
		{"", "#FF0055", "", ConfirmAsk}, // 20 degrees towards magenta
		{"", "#FF0056", "", ConfirmOff},
		{"", "red", "", ConfirmOff}, // no color; Validate says so
		{"", "#00FF00", "", ConfirmOff},
		{"", "#888888", "", ConfirmOff},
		{"", "#FF0000", ConfirmWrites, ConfirmWrites},
	} {
		c := ConnectionConfig{Color: test.color, Options: ConnectionOptions{Environment: test.environment, Confirm: test.chosen}}
		if got := c.ConfirmPolicy(); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}
