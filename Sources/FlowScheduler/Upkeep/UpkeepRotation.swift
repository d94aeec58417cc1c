// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which rule takes the next step: every rule that has something left in turn, so that none starves another.
package struct UpkeepRotation: Sendable {
    private struct Lane: Sendable {
        let rule: GrowthRule
        var dueAt: Timestamp
        /// Since when there is something left; nil = the last walk left nothing.
        var behindSince: Timestamp?
        var removed: Int64 = 0
    }

    private var lanes: [Lane]
    private var last = -1

    package init(_ rules: [GrowthRule]) { self.lanes = rules.map { Lane(rule: $0, dueAt: .distantPast) } }

    /// Goes by other rules from now on; a kind whose rule is as it was keeps its place.
    package mutating func replace(with rules: [GrowthRule]) {
        let known = Dictionary(self.lanes.map { ($0.rule.growth, $0) }) { first, _ in first }
        self.lanes = rules.map { rule in
            guard let lane = known[rule.growth] else { return Lane(rule: rule, dueAt: .distantPast) }
            return lane.rule == rule ? lane : Lane(rule: rule, dueAt: .distantPast, removed: lane.removed)
        }
        self.last = -1
    }

    package var rules: [GrowthRule] { self.lanes.map(\.rule) }

    /// The rule whose step is due, nil when none is.
    package mutating func next(at now: Timestamp) -> GrowthRule? {
        for offset in 1...max(1, self.lanes.count) where !self.lanes.isEmpty {
            let index = (self.last + offset) % self.lanes.count
            guard self.lanes[index].dueAt <= now else { continue }
            self.last = index
            if self.lanes[index].behindSince == nil { self.lanes[index].behindSince = now }
            return self.lanes[index].rule
        }
        return nil
    }

    /// A step of a rule was taken.
    package mutating func took(_ rule: GrowthRule, _ step: Forgotten, at now: Timestamp) {
        guard let index = self.lanes.firstIndex(where: { $0.rule == rule }) else { return }
        self.lanes[index].removed += Int64(step.count)
        guard step.isDone else { return }
        self.lanes[index].behindSince = nil
        self.lanes[index].dueAt = now.advanced(byMilliseconds: rule.interval)
    }

    /// A step failed: the rule rests for its interval, and stays behind.
    package mutating func failed(_ rule: GrowthRule, at now: Timestamp) {
        guard let index = self.lanes.firstIndex(where: { $0.rule == rule }) else { return }
        self.lanes[index].dueAt = now.advanced(byMilliseconds: min(rule.interval, 30_000))
    }

    /// When ``next(at:)`` may have something again.
    package var nextAt: Timestamp { self.lanes.map(\.dueAt).min() ?? .distantFuture }

    /// For metrics: what went since the start, and for how long there has been something left.
    package func figures(at now: Timestamp) -> [UpkeepFigure] {
        self.lanes.map { lane in
            UpkeepFigure(
                growth: lane.rule.growth,
                removed: lane.removed,
                behindMilliseconds: lane.behindSince.map { max(0, now.milliseconds(since: $0)) } ?? 0
            )
        }
    }
}

/// How one rule stands.
package struct UpkeepFigure: Hashable, Sendable {
    package let growth: Growth
    package let removed: Int64
    /// For how long there has been something that should be gone; 0 when there is nothing.
    package let behindMilliseconds: Int64
}
