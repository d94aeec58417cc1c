// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@testable import FlowAPI

@Suite("What a live client watches")
struct LiveWatchTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)
    private static let agent = AgentID("a")!
    private static let job = JobUID(bytes: [UInt8](repeating: 3, count: 16))!

    private static func execution(_ second: Int64, _ status: ExecutionStatus = .pending) -> Execution {
        let nominal = self.start.advanced(byMilliseconds: second * 1000)
        return Execution(
            id: DeterministicID.execution(kind: .cron, job: self.job, nominal: nominal, agent: self.agent),
            runID: DeterministicID.run(kind: .cron, job: self.job, nominal: nominal),
            jobID: 7,
            jobUID: self.job,
            jobName: "job",
            jobVersion: 1,
            agentID: self.agent,
            kind: .cron,
            nominal: nominal,
            status: status,
            updatedAt: nominal
        )
    }

    @Test("Nothing is kept of what nobody watches")
    func unwatched() {
        var watch = LiveWatch()
        watch.note([Self.execution(0)])
        watch.note(job: 7, nil)
        watch.note(hosts: [Self.agent])
        watch.noteAllHosts()
        watch.watchJobs()
        watch.watchHosts()
        #expect(watch.takeExecutions() == [] && watch.takeChangedJobs().isEmpty && watch.takeStaleJobs().isEmpty)
        #expect(watch.takeHosts() == nil)
    }

    @Test("Between two ticks the last state wins, and each is told once")
    func lastWins() {
        var watch = LiveWatch()
        watch.watchExecutions(ExecutionFilter())
        watch.watchDetail(Self.execution(0).id)
        watch.watchJobs()
        watch.note([Self.execution(0), Self.execution(1)])
        watch.note([Self.execution(0, .running)])
        #expect(watch.takeExecutions() == [Self.execution(0, .running), Self.execution(1)])
        #expect(watch.takeDetails() == [Self.execution(0).id])
        #expect(watch.takeStaleJobs() == [7])
        #expect(watch.takeExecutions() == [] && watch.takeDetails().isEmpty && watch.takeStaleJobs().isEmpty)
    }

    @Test("More than a frame takes is a gap, and so is what the bus dropped")
    func gaps() {
        var watch = LiveWatch()
        watch.watchExecutions(ExecutionFilter())
        watch.watchHosts()
        watch.note((0...Int64(LiveWatch.batchLimit)).map { Self.execution($0) })
        #expect(watch.takeExecutions() == nil)
        #expect(watch.takeExecutions() == [], "said once")
        watch.lostTrack()
        #expect(watch.takeExecutions() == nil && watch.takeHosts() == .all)
    }

    @Test("A few hosts are read one by one, many together")
    func hosts() {
        var watch = LiveWatch()
        watch.watchHosts()
        watch.note(hosts: [AgentID("b")!, Self.agent])
        #expect(watch.takeHosts() == .few([Self.agent, AgentID("b")!]))
        let many = Set((0..<51).compactMap { AgentID("host-\($0)") })
        watch.note(hosts: many)
        #expect(watch.takeHosts() == .many(many))
    }
}
