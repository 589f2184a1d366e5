package engine_test

func ruleCases() []ruleCase { return nil }
