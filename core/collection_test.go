package core

import "testing"

func TestColorOf(t *testing.T) {
	for text, want := range map[string]string{
		"#a1B2c3": "#a1b2c3", " #FF2968FF\n": "#ff2968", "": "", "#": "", "#abc": "", "red": "", "#gg0000": "", "a1b2c3d": "", "#a1b2c3d": "", "#a1b2c3d4e": "", "#ä1b2c": "",
	} {
		if got := ColorOf(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}
