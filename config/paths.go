package config

import "path/filepath"

// DefaultPath is where the configuration is if nobody says otherwise:
// $XDG_CONFIG_HOME/lockstep/lockstep.toml.
func DefaultPath(env func(string) string) (string, error) {
	dir, err := xdg(env, "XDG_CONFIG_HOME", ".config", "--config FILE")
	return filepath.Join(dir, "lockstep.toml"), err
}

// DefaultStateDir is where the state is if nobody says otherwise:
// $XDG_STATE_HOME/lockstep.
func DefaultStateDir(env func(string) string) (string, error) {
	return xdg(env, "XDG_STATE_HOME", ".local/state", "--state-dir FOLDER")
}

// xdg follows the XDG base directory rules: a relative value is ignored.
func xdg(env func(string) string, name, below, flag string) (string, error) {
	if dir := env(name); filepath.IsAbs(dir) {
		return filepath.Join(dir, "lockstep"), nil
	}
	home := env("HOME")
	if home == "" {
		return "", problem("set one, or give "+flag, "neither %s nor HOME is set", name)
	}
	return filepath.Join(home, below, "lockstep"), nil
}
