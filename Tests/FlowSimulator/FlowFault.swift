// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A fault put into the engine of workflows, to show that the checker sees it (W19, W20).
package enum FlowFault: String, CaseIterable, Sendable {
    /// X3: a step and the run that it starts are two transactions.
    case startsApart = "a step's run is begun after the step is saved"
    /// X3, the other way round: what a crash leaves is started again.
    case savesApart = "a step is saved after its run has begun"
    /// W19: the end of a step's run and the note of it are two transactions.
    case notesApart = "the end of a step's run is noted after it is stored"
    /// W7: what runs goes on.
    case leavesRunning = "a cancel stops nothing that runs"
    /// W7: who cancels is told so before it is durable.
    case forgetsCancel = "a cancel is kept in memory only"
}
