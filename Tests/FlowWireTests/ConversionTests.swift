// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import NIOCore
import Testing

@testable import FlowWire

@Suite("Conversions between wire and model")
struct ConversionTests {
    /// Through bytes, not only through the generated structures.
    private func sent(_ envelope: PBEnvelope) throws -> PBEnvelope {
        var decoder = FrameDecoder()
        decoder.append(try Frame.encode(envelope))
        return try #require(try decoder.next())
    }

    @Test("Every message of an agent arrives as it was sent", arguments: 1...60)
    func agentMessages(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for message in values.agentMessages() {
            #expect(try self.sent(PBEnvelope(message)).agentMessage() == message)
        }
    }

    @Test("Every message of a server arrives as it was sent", arguments: 1...60)
    func serverMessages(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for message in values.serverMessages() {
            #expect(try self.sent(PBEnvelope(message)).serverMessage() == message)
        }
    }

    @Test("Messages of log streams and enrolments arrive as they were sent", arguments: 1...20)
    func otherMessages(seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        let logs: [LogMessage] = [
            .open(LogOpen(executionID: values.uid(), attempt: values.int(0...9))),
            .chunk(offset: values.int64(), stream: .standardError, bytes: values.bytes()),
            .acknowledged(offset: values.int64()),
        ]
        for message in logs { #expect(try self.sent(PBEnvelope(message)).logMessage() == message) }
        let enrolments: [EnrolmentMessage] = [
            .request(
                EnrolRequest(
                    tokenID: values.word(),
                    secret: values.word(),
                    certificateRequest: values.text(),
                    name: values.text(),
                    hostname: values.text(),
                    operatingSystem: values.text(),
                    version: values.text()
                )
            ),
            .response(
                EnrolResponse(
                    agent: values.agent(),
                    certificateChain: values.text(),
                    authority: values.text(),
                    serverName: values.word(),
                    vouches: values.bool()
                )
            ),
            .refusal(code: values.word(), message: values.text()),
        ]
        for message in enrolments { #expect(try self.sent(PBEnvelope(message)).enrolmentMessage() == message) }
    }

    @Test("Status and executor type are one lower on the wire than in REST (C-04, C-05)")
    func numbers() {
        for status in ExecutionStatus.allCases {
            #expect(PBExecutionStatus(status).rawValue == status.rawValue - 1)
        }
        var values = RandomValues(seed: 9)
        for _ in 0..<20 {
            var task = PBTaskConfig()
            let payload = values.payload()
            task.setPayload(payload)
            #expect(task.executorType.rawValue == payload.executorType - 1)
        }
    }

    @Test("A result with a number of a newer agent is marked and keeps its place; a reason becomes words")
    func unknownNumbersInResults() throws {
        var values = RandomValues(seed: 5)
        let sent = [values.report(), values.report(), values.report()]
        var envelope = PBEnvelope(.reports(incarnation: "i", sent))
        envelope.taskResults.results[0].status = .UNRECOGNIZED(99)
        envelope.taskResults.results[1].reason = .UNRECOGNIZED(77)
        envelope.taskResults.results[1].error = "the moon was full"
        guard case .reports(_, let reports) = try self.sent(envelope).agentMessage() else { throw Unexpected() }
        #expect(reports[0].unreadable == "the field 'task_results.results[0].status' has the unknown value 99")
        #expect(reports[0].sequence == sent[0].sequence && reports[0].executionID == sent[0].executionID)
        #expect(reports[1].unreadable == nil && reports[1].status == sent[1].status && reports[1].reason == nil)
        #expect(reports[1].detail == "the field 'reason' has the unknown value 77; the moon was full")
        #expect(reports[2] == sent[2])
    }

    @Test("A task that says what only a newer server knows is marked, not guessed; those beside it are as they were")
    func unknownNumbersInTasks() throws {
        var values = RandomValues(seed: 5)
        let breaks: [(inout PBTaskConfig) -> Void] = [
            { $0.executorType = .UNRECOGNIZED(7) }, { $0.executorType = .UNRECOGNIZED(8) },
            { $0.executorConfig["sandbox"] = "yes" },
            {
                $0.clearSchedule()
                $0.clearAttended()
            }, { $0.misfire = .UNRECOGNIZED(9) }, { $0.requires = ["calendars"] },
        ]
        for (index, damage) in breaks.enumerated() {
            let orders = [values.order(), values.order()]
            var batch = PBEnvelope(.orders(orders))
            damage(&batch.taskExecutions.executions[0].task)
            guard case .orders(let decoded) = try batch.serverMessage() else { throw Unexpected() }
            #expect(decoded[0].job.unsupported != nil, "case \(index)")
            #expect(decoded[0].executionID == orders[0].executionID && decoded[0].job.uid == orders[0].job.uid)
            #expect(decoded[1] == orders[1])
            var push = PBEnvelope(
                .config(ConfigUpdate(version: 2, base: 1, upserts: orders.map(\.job), removals: []))
            )
            damage(&push.taskConfigPush.tasks[0])
            guard case .config(let update) = try push.serverMessage() else { throw Unexpected() }
            #expect(update.upserts[0].unsupported != nil && update.upserts[1] == orders[1].job)
        }
        var batch = PBEnvelope(.orders([values.order()]))
        batch.taskExecutions.executions[0].kind = .UNRECOGNIZED(8)
        guard case .orders(let decoded) = try batch.serverMessage() else { throw Unexpected() }
        #expect(decoded[0].job.unsupported?.contains("has the unknown value 8") == true)
    }

    @Test("What is for a past time has a kind that agents of before refuse (decision 198)")
    func dataTimes() throws {
        var values = RandomValues(seed: 7)
        let plain = values.order()
        let retry = Order(
            executionID: plain.executionID,
            runID: plain.runID,
            job: values.job(),
            kind: .rerun,
            nominal: plain.nominal,
            dataTime: Timestamp(seconds: 1),
            deadline: plain.deadline
        )
        var batch = PBEnvelope(.orders([retry]))
        #expect(batch.taskExecutions.executions[0].kind == .backfill)
        guard case .orders(let taken) = try batch.serverMessage() else { throw Unexpected() }
        #expect(taken[0].dataTime == Timestamp(seconds: 1) && taken[0].job.unsupported == nil)
        batch.taskExecutions.executions[0].clearDataTime()
        guard case .orders(let refused) = try batch.serverMessage() else { throw Unexpected() }
        #expect(refused[0].job.unsupported?.contains("backfill") == true)
    }

    private struct Unexpected: Error {}

    @Test("Identifiers, instants and counts outside their range are refused, so that no arithmetic can overflow")
    func ranges() throws {
        var values = RandomValues(seed: 6)
        let good = PBEnvelope(.reports(incarnation: "i", [values.report()]))
        let breaks: [(inout PBTaskResult) -> Void] = [
            { $0.executionID.removeLast() }, { $0.runID.append(1) }, { $0.taskUid = .init() },
            { $0.taskID = "x" }, { $0.taskID = "-1" }, { $0.sequence = -1 }, { $0.sequence = .max },
            { $0.attempt = -1 }, { $0.scheduledTime = .min }, { $0.startedAt = .max },
            { $0.outputBytes = -5 }, { $0.retryOf = .init() },
        ]
        for (index, damage) in breaks.enumerated() {
            var envelope = good
            damage(&envelope.taskResults.results[0])
            #expect(throws: WireError.self, "case \(index)") { try envelope.agentMessage() }
        }
        for name in ["", "a b", "ü", String(repeating: "a", count: 65)] {
            var hello = PBEnvelope(.hello(values.hello()))
            hello.hello.agentID = name
            #expect(throws: WireError.self) { try hello.agentMessage() }
        }
    }

    @Test("A configuration says whole or difference without contradiction; a cron text needs a cron schedule")
    func contradictions() throws {
        var values = RandomValues(seed: 7)
        var push = PBEnvelope(.config(ConfigUpdate(version: 3, base: 2, upserts: [values.job()])))
        push.taskConfigPush.action = .fullSync
        #expect(throws: WireError.self) { try push.serverMessage() }
        push = PBEnvelope(.config(ConfigUpdate(version: 3, base: nil, upserts: [])))
        push.taskConfigPush.action = .update
        #expect(throws: WireError.self) { try push.serverMessage() }
        var order = PBEnvelope(.orders([values.order()]))
        order.taskExecutions.executions[0].task.cronExpr = "* * * * *"
        order.taskExecutions.executions[0].task.schedule.manual = PBSchedule.Manual()
        #expect(throws: WireError.self) { try order.serverMessage() }
    }

    @Test("A peer that knows no on_interrupt retries interruptions as well; another keeps the causes that were chosen")
    func interruptions() throws {
        let retry = RetryPolicy(count: 2, causes: [.business], interruption: .retry)
        var task = PBTaskConfig()
        task.setPolicies(Policies(retry: retry))
        #expect(task.retryOn.contains(.interrupted) && task.retryOnInterrupt)
        #expect(try task.decodedPolicies("task").retry == retry)
        task.interruption = .counts
        #expect(try task.decodedPolicies("task").retry.causes == [.business, .interrupted])
    }

    @Test("A message in the wrong direction is refused")
    func directions() {
        var values = RandomValues(seed: 8)
        for message in values.agentMessages() {
            #expect(throws: WireError.self) { try PBEnvelope(message).serverMessage() }
            #expect(throws: WireError.self) { try PBEnvelope(message).logMessage() }
        }
        for message in values.serverMessages() {
            #expect(throws: WireError.self) { try PBEnvelope(message).agentMessage() }
            #expect(throws: WireError.self) { try PBEnvelope(message).enrolmentMessage() }
        }
    }

    @Test("An agent that knows limits but no calendars is told of neither")
    func calendarsBeforeOlderPeers() throws {
        var values = RandomValues(seed: 11)
        let some = values.job()
        let job = JobSnapshot(
            uid: some.uid,
            id: some.id,
            version: some.version,
            name: some.name,
            payload: some.payload,
            schedule: ScheduleSpec.cron(expression: "0 * * * *", timeZone: "UTC", dst: .debian).limited(
                ScheduleLimits(notBefore: Timestamp(seconds: 5), calendars: values.calendars())
            ),
            policies: some.policies,
            isEnabled: true
        )
        var task = PBTaskConfig(job)
        #expect(try task.decoded("task") == job)
        #expect(!task.hasLimited)
        task.clearWithinCalendars()
        #expect(try task.decoded("task").schedule == .manual)
    }

    @Test("Times of calendars that no server sends are refused")
    func foreignCalendars() throws {
        func entry(_ first: Int32, _ days: Int32, _ from: Int64 = 0, _ to: Int64 = 0) -> PBLimitedSchedule.Entry {
            var entry = PBLimitedSchedule.Entry()
            (entry.firstDay, entry.days, entry.from, entry.to) = (first, days, from, to)
            return entry
        }
        var values = RandomValues(seed: 12)
        let some = values.job()
        var policies = some.policies
        // A schedule that older agents are not to know stands elsewhere.
        (policies.offline, policies.offlineMaxSeconds) = (.run, nil)
        let job = JobSnapshot(
            uid: some.uid,
            id: some.id,
            version: some.version,
            name: some.name,
            payload: some.payload,
            schedule: ScheduleSpec.every(periodMilliseconds: 1000, anchor: Timestamp(seconds: 1)).limited(
                ScheduleLimits(
                    calendars: ScheduleCalendars(
                        timeZone: "UTC",
                        uses: [CalendarUse(calendar: "a", revision: 0, onBlackout: .skip, entries: [])]
                    )
                )
            ),
            policies: policies,
            isEnabled: true
        )
        let good = PBTaskConfig(job)
        #expect(try good.decoded("task") == job)
        let wrong = [
            entry(5, -1), entry(5, 367), entry(-1, 1), entry(.max, 1), entry(0, 0, 5, 5), entry(0, 0, 0, .max),
        ]
        for entries in wrong.map({ [$0] }) + [Array(repeating: entry(0, 1), count: 501)] {
            var task = good
            task.withinCalendars.calendars[0].entries = entries
            #expect(throws: WireError.self) { try task.decoded("task") }
        }
        var newer = good
        newer.withinCalendars.calendars[0].onBlackout = .UNRECOGNIZED(9)
        #expect(try newer.decoded("task").unsupported != nil, "a newer server's word: refused alone")
        var many = good
        many.withinCalendars.calendars = Array(repeating: good.withinCalendars.calendars[0], count: 6)
        #expect(throws: WireError.self) { try many.decoded("task") }
    }

    @Test(
        "An agent that knows no limits is told of no schedule at all: it runs what it is ordered, and nothing outside them"
    )
    func limitsBeforeOlderPeers() throws {
        let base = ScheduleSpec.cron(expression: "0 * * * *", timeZone: "UTC", dst: .debian)
        let limits = ScheduleLimits(window: DailyWindow(from: 540, to: 1020, timeZone: "UTC"))
        for base in [base, .delay(milliseconds: 5000), .every(periodMilliseconds: 5000, anchor: .distantPast)] {
            var values = RandomValues(seed: 7)
            let some = values.job()
            let job = JobSnapshot(
                uid: some.uid,
                id: some.id,
                version: some.version,
                name: some.name,
                payload: some.payload,
                schedule: base.limited(limits),
                policies: some.policies,
                isEnabled: true
            )
            var task = PBTaskConfig(job)
            #expect(try task.decoded("task") == job)
            task.clearLimited()
            task.clearAttended()
            let older = try task.decoded("task")
            #expect(older.schedule == .manual && older.unsupported == nil)
        }
    }

    @Test(
        "An agent that knows no offline policy is told of no schedule: it fires nothing by itself, and runs its orders (R13)"
    )
    func offlineBeforeOlderPeers() throws {
        let cron = ScheduleSpec.cron(expression: "0 * * * *", timeZone: "UTC", dst: .debian)
        let limits = ScheduleLimits(window: DailyWindow(from: 540, to: 1020, timeZone: "UTC"))
        let also = ScheduleLimits(also: ["30 * * * *"])
        let schedules = [
            cron, .delay(milliseconds: 5000), .every(periodMilliseconds: 5000, anchor: .distantPast), .manual,
            .once(Timestamp(seconds: 1)), cron.limited(limits), cron.limited(also),
            ScheduleSpec.delay(milliseconds: 5000).limited(limits),
        ]
        for (offline, seconds) in [(OfflinePolicy.skip, nil), (.runFor, 7200), (.run, nil as Int?)] {
            for schedule in schedules {
                let job = JobSnapshot(
                    uid: JobUID(bytes: [UInt8](repeating: 7, count: 16))!,
                    id: 1,
                    version: 1,
                    name: "job",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: schedule,
                    policies: Policies(offline: offline, offlineMaxSeconds: seconds),
                    isEnabled: true
                )
                var task = PBTaskConfig(job)
                #expect(try task.decoded("task") == job)
                guard offline != .run else { continue }
                task.clearAttended()
                let older = try task.decoded("task")
                #expect(older.schedule == .manual && older.policies == Policies() && older.unsupported == nil)
                task = PBTaskConfig(job)
                task.cronExpr = "* * * * *"
                #expect(throws: WireError.self) { try task.decoded("task") }
            }
        }
    }
}
