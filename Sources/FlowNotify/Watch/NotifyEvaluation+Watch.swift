// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What incidents become of what is watched.
extension NotifyEvaluation {
    /// Opens, adds to and closes incidents; thresholds are for events, and what is watched is told of at once.
    package mutating func handle(_ watch: NotifyWatch) {
        for key in watch.withdrawn { self.withdraw(key) }
        for finding in watch.findings {
            let slot = Slot(rule: finding.entry.key, group: finding.group)
            guard let member = finding.member else {
                guard var incident = self.incidents[slot], incident.failing.contains(finding.subject) else { continue }
                incident.failing.removeAll { $0 == finding.subject }
                incident.updatedAt = self.now
                self.put(incident, slot)
                let isSilent = !self.silences(over: finding.entry, on: finding.agent).isEmpty
                if incident.failing.isEmpty { self.recover(slot, finding.entry.rule, isSilent: isSilent) }
                continue
            }
            self.add(
                finding.entry,
                group: finding.group,
                trigger: finding.trigger,
                member: member,
                failing: finding.subject,
                count: 1,
                silencedBy: self.catching(finding.entry, on: finding.agent, at: self.now),
                at: self.now
            )
        }
    }

    private mutating func withdraw(_ key: NotifyWatchMark.Key) {
        let slots = self.incidents.filter { $0.key.rule == key.rule && $0.value.failing.contains(key.subject) }
        for slot in slots.keys.sorted(by: { $0.group < $1.group }) {
            guard var incident = self.incidents[slot] else { continue }
            incident.failing.removeAll { $0 == key.subject }
            incident.updatedAt = self.now
            self.put(incident, slot)
            if incident.failing.isEmpty { self.close(incident, slot) }
        }
    }
}
