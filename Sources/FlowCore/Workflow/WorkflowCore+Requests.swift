// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// What people and time do to a run.

extension WorkflowCore {
    /// Of what happens to a run that has not begun, only its turn and its end matter (W17).
    ///
    /// - Returns: whether the event is to be applied to its steps.
    mutating func admits(_ event: WorkflowEvent, at now: Timestamp) -> Bool {
        switch event {
        case .begin:
            // Its turn may come before its timer is heard.
            if self.skipIfLate(at: now) { return false }
            self.run.phase = .running
            self.run.deadline = now.advanced(byMilliseconds: Int64(self.definition.timeoutSeconds) * 1000)
            return true
        case .cancel, .abandon: return true
        case .timerRang:
            _ = self.skipIfLate(at: now)
            return false
        default: return false
        }
    }

    /// Ends a run that waited for its turn until its last moment to begin was over.
    private mutating func skipIfLate(at now: Timestamp) -> Bool {
        guard let deadline = self.run.deadline, deadline <= now else { return false }
        self.run.phase = .ended
        self.run.outcome = .skipped
        self.run.endedAt = now
        self.effects.append(.ended(.skipped))
        return true
    }

    mutating func resume(at now: Timestamp) {
        guard self.run.phase == .paused, let since = self.run.pausedAt else { return }
        let pause = max(0, now.milliseconds(since: since))
        self.run.phase = .running
        self.run.pausedAt = nil
        self.run.deadline = self.run.deadline?.advanced(byMilliseconds: pause)
        for index in self.nodes.indices {
            guard self.nodes[index].state == .started, let wake = self.nodes[index].wakeAt else { continue }
            // What waits for a time of day waits for that one.
            if case .wait(.until) = self.definition.nodes[index].work { continue }
            let held = min(pause, max(0, now.milliseconds(since: self.nodes[index].startedAt ?? now)))
            self.nodes[index].wakeAt = wake.advanced(byMilliseconds: held)
            self.changed.insert(index)
        }
        self.ring(at: now)
    }

    /// Ends the waits for something that has happened (W4).
    ///
    /// - Parameter outcome: what it hands on to a wait; nil = it is another one's.
    mutating func meet(at now: Timestamp, _ outcome: (EventWait.Source) -> NodeResult?) {
        for index in self.nodes.indices where self.nodes[index].state == .started {
            guard case .wait(.event(let event)) = self.definition.nodes[index].work,
                let result = outcome(event.source)
            else { continue }
            self.nodes[index].result = result
            self.end(index, .succeeded, nil, nil, at: now)
        }
    }

    mutating func ring(at now: Timestamp) {
        if self.run.phase == .finalising, let deadline = self.run.deadline, deadline <= now {
            self.run.deadline = nil
            self.dropAside(.timeout, at: now)
            return self.stopStarted(force: false, at: now)
        }
        guard self.run.phase == .running else { return }
        if let deadline = self.run.deadline, deadline <= now {
            return self.stopEverything(.timeout, force: false, at: now)
        }
        for index in self.nodes.indices {
            guard self.nodes[index].state == .started, let wake = self.nodes[index].wakeAt, wake <= now else {
                continue
            }
            if case .wait(.event) = self.definition.nodes[index].work {
                self.end(index, .failed, .timeout, "What it waits for did not come in time.", at: now)
                continue
            }
            guard case .approval(let approval) = self.definition.nodes[index].work else {
                self.end(index, .succeeded, nil, nil, at: now)
                continue
            }
            switch approval.atTimeout {
            case .approve:
                self.nodes[index].answer = NodeAnswer(approves: true, by: nil, at: now)
                self.end(index, .succeeded, nil, nil, at: now)
            case .reject:
                self.nodes[index].answer = NodeAnswer(approves: false, by: nil, at: now)
                self.end(index, .failed, .rejected, "Nobody answered in time.", at: now)
            case .fail: self.end(index, .failed, .timeout, "Nobody answered in time.", at: now)
            }
        }
    }

    mutating func stopEverything(_ halt: FlowHalt, force: Bool, at now: Timestamp) {
        if self.run.phase == .compensating || self.run.phase == .finalising {
            // What undoes and cleans up is ended by force only.
            guard force else { return }
            self.dropAside(.requested, at: now)
            return self.stopStarted(force: true, at: now)
        }
        // Nothing of it was done, so nothing is undone or cleaned up.
        let force = force || self.run.phase == .queued
        self.run.phase = .stopping
        self.run.pausedAt = nil
        if self.run.halt?.endsEverything != true { self.run.halt = halt }
        let reason: NodeReason = self.run.halt == .timeout ? .timeout : .requested
        if force { self.dropAside(reason, at: now) }
        for index in self.nodes.indices
        where (self.nodes[index].state == .waiting || self.nodes[index].state == .ready)
            && !self.definition.nodes[index].isAside
        {
            self.end(index, .cancelled, reason, nil, at: now)
        }
        self.stopStarted(force: force, at: now)
    }

    mutating func stopStarted(force: Bool, at now: Timestamp) {
        for index in self.nodes.indices where self.nodes[index].state == .started {
            guard self.definition.nodes[index].work.hasChild else {
                self.end(index, .cancelled, self.run.halt == .timeout ? .timeout : .requested, nil, at: now)
                continue
            }
            guard force || !self.nodes[index].isStopping else { continue }
            self.nodes[index].isStopping = true
            self.changed.insert(index)
            self.effects.append(.stop(key: self.nodes[index].key, force: force))
        }
    }

    mutating func abandon(at now: Timestamp) {
        self.stopEverything(.abandoned, force: true, at: now)
        self.run.halt = self.run.halt ?? .abandoned
        for index in self.nodes.indices where self.nodes[index].state == .started {
            self.end(index, .cancelled, .abandoned, "Given up; its executions may still run.", at: now)
        }
    }
}
