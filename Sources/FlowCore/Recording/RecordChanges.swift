// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What one transaction writes about runs and executions: gathered by decisions, saved as sets by a store.
///
/// Several changes of one execution become one write of its last state, so that a batch that says "it runs" and "it
/// ended" costs a row once. Each write names the revision it was derived from: a store with several writers refuses the
/// transaction when the row is no longer at that revision, and the decision is made anew.
package struct RecordChanges: Sendable {
    /// The last state of one execution.
    package struct Write: Hashable, Sendable {
        /// Its ``Execution/revision`` is one higher than that of the row it replaces; 1 for a new row.
        package var execution: Execution
        /// What it replaces in the store; nil for a new row.
        package let stored: Execution?
        package var isNew: Bool { self.stored == nil }
        /// Bytes written and whether the middle was cut, when the agent said so.
        package var output: OutputEnd?
    }

    package struct OrderKey: Hashable, Sendable {
        package let agent: AgentID
        package let execution: ExecutionID
    }

    /// How one attempt of an execution ended.
    package struct AttemptWrite: Hashable, Sendable {
        package let execution: ExecutionID
        package let record: AttemptRecord
    }

    /// Records that go, with their output, because their identifier is another agent's; before anything is written.
    package private(set) var removed: [ExecutionID] = []
    /// Runs that are made unless they are there: an agent's report may be their first word.
    package private(set) var runs: [Run] = []
    /// Orders of executions that are no longer PENDING (R4).
    package private(set) var ordersDone: [OrderKey] = []
    /// The highest report of each agent whose effects are among these changes (R5).
    package private(set) var acknowledged: [AgentID: Int64] = [:]
    package private(set) var rollups = RollupDeltas()
    /// Output that came within reports; pieces that are there already stay as they are.
    package private(set) var chunks: [LogChunk] = []
    /// Ends of attempts, in the order of the changes; of two about one attempt the later counts.
    package private(set) var attempts: [AttemptWrite] = []
    /// What executions hand on.
    package private(set) var outputs: [ExecutionID: [String: String]] = [:]
    /// Positions of those that are not to be stored after all.
    package private(set) var droppedChunks: Set<Int> = []
    /// What agents began to account for (``OwedFires``), by agent and job.
    package var accounts: [OwedAccount] {
        self.accountsByKey.values.sorted { ($0.agent, $0.job) < ($1.agent, $1.job) }
    }
    /// Every state an execution went through, in the order of the changes.
    package private(set) var changed: [Execution] = []
    private var unsorted: [Write] = []
    private var positions: [ExecutionID: Int] = [:]
    private var knownRuns: Set<RunID> = []
    private var accountsByKey: [AccountKey: OwedAccount] = [:]

    private struct AccountKey: Hashable {
        let agent: AgentID
        let job: JobID
    }

    package init() {}

    package var isEmpty: Bool {
        self.runs.isEmpty && self.unsorted.isEmpty && self.acknowledged.isEmpty && self.chunks.isEmpty
            && self.attempts.isEmpty
    }

    /// One write per execution, in order of id: writers that share rows must take them in one order.
    package var writes: [Write] {
        // Their places are sorted and not they: a record is large, and to move it about costs more than to find its place.
        let ids = self.unsorted.map(\.execution.id)
        return ids.indices.sorted { ids[$0] < ids[$1] }.map { self.unsorted[$0] }
    }

    /// When the last of them was changed; nil = there are none.
    var lastUpdate: Timestamp? { self.unsorted.lazy.map(\.execution.updatedAt).max() }

    /// Writes a state over the one it was derived from; nil = there was none.
    ///
    /// - Returns: the record as it will be stored.
    @discardableResult
    package mutating func write(
        _ execution: Execution,
        over stored: Execution?,
        output: OutputEnd? = nil
    ) -> Execution {
        var execution = execution
        if let position = self.positions[execution.id] {
            execution.revision = self.unsorted[position].execution.revision
            self.unsorted[position].execution = execution
            if let output { self.unsorted[position].output = output }
        } else {
            execution.revision = (stored?.revision ?? 0) + 1
            self.positions[execution.id] = self.unsorted.count
            self.unsorted.append(Write(execution: execution, stored: stored, output: output))
        }
        if let stored, stored.status == .pending, execution.status != .pending {
            self.ordersDone.append(OrderKey(agent: execution.agentID, execution: execution.id))
        }
        self.rollups.replace(stored, with: execution)
        self.changed.append(execution)
        return execution
    }

    /// Takes back a record that was made under another agent's identifier.
    ///
    /// What was written of it in the same transaction goes as well.
    package mutating func remove(_ stranger: Execution) {
        self.rollups.replace(stranger, with: nil)
        for (index, chunk) in self.chunks.enumerated() where chunk.executionID == stranger.id {
            self.droppedChunks.insert(index)
        }
        self.attempts.removeAll { $0.execution == stranger.id }
        if let position = self.positions.removeValue(forKey: stranger.id) {
            let write = self.unsorted.remove(at: position)
            for (id, other) in self.positions where other > position { self.positions[id] = other - 1 }
            // It was never stored.
            if write.isNew { return }
        }
        self.removed.append(stranger.id)
    }

    /// Concludes a state for each of these, where that may be.
    package mutating func infer(_ inference: Inference, for executions: [Execution], at now: Timestamp) {
        for execution in executions where inference.applies(to: execution) {
            self.write(inference.applied(to: execution, at: now), over: execution)
        }
    }

    /// A host reported a fire that was not recorded here.
    package mutating func account(for nominal: Timestamp, of job: JobID, on agent: AgentID) {
        let key = AccountKey(agent: agent, job: job)
        let fires = self.accountsByKey[key]?.fires ?? nominal...nominal
        let joined = min(fires.lowerBound, nominal)...max(fires.upperBound, nominal)
        self.accountsByKey[key] = OwedAccount(agent: agent, job: job, fires: joined)
    }

    package mutating func make(_ run: Run) {
        if self.knownRuns.insert(run.id).inserted { self.runs.append(run) }
    }

    package mutating func acknowledge(_ sequence: Int64, of agent: AgentID) { self.acknowledged[agent] = sequence }

    package mutating func setOutputs(_ outputs: [String: String], of execution: ExecutionID) {
        self.outputs[execution] = outputs
    }

    package mutating func add(_ chunk: LogChunk) { self.chunks.append(chunk) }

    package mutating func add(_ record: AttemptRecord, of execution: ExecutionID) {
        self.attempts.append(AttemptWrite(execution: execution, record: record))
    }
}

/// How much an execution wrote in all.
package struct OutputEnd: Hashable, Sendable {
    package let bytes: Int64
    /// The middle was cut.
    package let isTruncated: Bool

    package init(bytes: Int64, isTruncated: Bool) {
        self.bytes = bytes
        self.isTruncated = isTruncated
    }
}
