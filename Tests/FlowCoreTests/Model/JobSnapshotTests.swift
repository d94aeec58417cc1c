// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Snapshots of jobs")
struct JobSnapshotTests {
    private let job = JobSnapshot(
        uid: JobUID(uuid: UUID()),
        id: 7,
        version: 3,
        name: "backup",
        payload: .shell(ShellPayload(command: "true")),
        schedule: .cron(expression: "0 2 * * *", timeZone: "UTC", dst: .debian),
        policies: Policies(timeoutSeconds: 60),
        isEnabled: true,
        defaults: ["a": "b"]
    )

    @Test("A copy holds nothing of its own: sessions of a thousand hosts keep each job once")
    func isShared() {
        #expect(MemoryLayout<JobSnapshot>.size == MemoryLayout<AnyObject>.size)
        var copy = self.job
        #expect(copy == self.job)
        copy.unsupported = "what is new"
        #expect(self.job.unsupported == nil && copy.unsupported == "what is new")
        #expect(copy != self.job && copy.name == "backup" && copy.policies == self.job.policies)
        copy.unsupported = nil
        #expect(copy == self.job && copy.hashValue == self.job.hashValue)
    }

    @Test("It is stored as it always was")
    func isStoredAsBefore() throws {
        let data = try JSONEncoder().encode(self.job)
        let members = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let names: Set = ["uid", "id", "version", "name", "payload", "schedule", "policies", "isEnabled", "defaults"]
        #expect(Set(members.keys) == names)
        #expect(try JSONDecoder().decode(JobSnapshot.self, from: data) == self.job)
    }
}
