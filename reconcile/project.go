package reconcile

import "lockstep/core"

// Project plans a provisioning: the verdict is projected on the target.
func (v *View) Project() core.Plan { return core.Plan{} }
