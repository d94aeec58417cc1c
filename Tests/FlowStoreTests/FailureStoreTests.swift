// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("What a store keeps of failures")
struct FailureStoreTests {
    private func note(_ host: String, _ seconds: Int64, job: JobID = 7) -> FailureNote {
        let uid = JobUID(uuid: UUID(uuidString: "00000000-0000-4000-8000-00000000000\(job)")!)
        let agent = AgentID(host)!
        let nominal = World.start + seconds
        let id = DeterministicID.execution(kind: .cron, job: uid, nominal: nominal, agent: agent)
        return FailureNote(execution: id, job: job, agent: agent, at: nominal)
    }

    private func fingerprint(_ note: FailureNote, _ text: String) -> FailureFingerprint {
        var execution = Execution(
            id: note.execution,
            runID: RunID(uuid: UUID()),
            jobID: note.job,
            jobUID: JobUID(uuid: UUID()),
            jobName: "job",
            jobVersion: 1,
            agentID: note.agent,
            kind: .cron,
            nominal: note.at,
            status: .failure,
            updatedAt: note.at
        )
        execution.reason = .exitCode
        execution.exitCode = 2
        return FailureFingerprint(execution, tail: Array(text.utf8))
    }

    @Test(
        "Failures are read once, counted by what they read like, and forgotten when they are old",
        arguments: StoreKind.allCases
    )
    func clusters(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let notes = [
                self.note("web1", 10), self.note("web2", 11), self.note("web1", 12, job: 8), self.note("web1", 500),
                self.note("web1", 600),
            ]
            var changes = NotifyChanges()
            changes.failures = notes
            try await store.save(changes, at: World.start)
            #expect(try await store.unreadFailures(before: World.start + 12, limit: 9) == Array(notes.prefix(2)))
            var read: [(note: FailureNote, fingerprint: FailureFingerprint?)] = []
            for note in notes.prefix(4) { read.append((note, self.fingerprint(note, "\(note.agent): disk full"))) }
            read.append((notes[4], self.fingerprint(notes[4], "no route")))
            try await store.saveFailures(read)
            #expect(try await store.unreadFailures(before: World.start + 9999, limit: 9).isEmpty)
            let all = try await store.failureClusters(FailureQuery(from: World.start, until: World.start + 9999))
            #expect(all.map(\.count) == [4, 1] && all.map(\.text) == ["<host>: disk full", "no route"])
            #expect(all.first?.jobs == [7, 8] && all.first?.hosts.map(\.rawValue) == ["web1", "web2"])
            #expect(all.first?.jobCount == 2 && all.first?.hostCount == 2 && all.first?.seenBefore == nil)
            #expect(all.first?.first == World.start + 10 && all.first?.last == World.start + 500)
            #expect(all.first?.example == notes[3].execution && all.first?.outcome == "FAILURE EXIT 2")
            let later = try await store.failureClusters(
                FailureQuery(from: World.start + 100, until: World.start + 9999, job: 7)
            )
            #expect(later.map(\.count) == [1, 1])
            #expect(later.first { $0.text != "no route" }?.seenBefore == World.start + 11)
            #expect(later.first { $0.text == "no route" }?.seenBefore == nil)
            // Nobody is in any group of the scope.
            let none = FailureQuery(from: World.start, until: World.start + 9999, scope: .groups([2]))
            #expect(try await store.failureClusters(none).isEmpty)
            // One that did not fail after all goes, one that ended otherwise is read again.
            changes.failures = [notes[1]]
            changes.mended = [notes[0].execution]
            try await store.save(changes, at: World.start)
            #expect(try await store.unreadFailures(before: World.start + 9999, limit: 9) == [notes[1]])
            read = [(note: notes[1], fingerprint: nil)]
            try await store.saveFailures(read)
            let left = try await store.failureClusters(FailureQuery(from: World.start, until: World.start + 9999))
            #expect(left.map(\.count) == [2, 1])
            let names = try await store.fingerprints(of: [notes[2].execution, notes[0].execution])
            #expect(names.keys.map(\.self) == [notes[2].execution])
            #expect(names[notes[2].execution]?.firstAt == World.start + 10)
            // Of the kinds only the one that came once goes.
            #expect(try await world.drain(.notifications, before: World.start + 601, limit: 9) == [4])
            #expect(try await store.failureClusters(FailureQuery(from: World.start, until: World.start + 9999)).isEmpty)
        }
    }
}
