// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Schedules as values")
struct ScheduleSpecTests {
    @Test(
        "A schedule is an object with a type in JSON",
        arguments: [
            (
                ScheduleSpec.cron(expression: "10 3 * * *", timeZone: "Asia/Shanghai", dst: .debian),
                #"{"dst":"debian","expression":"10 3 * * *","timezone":"Asia\/Shanghai","type":"cron"}"#
            ),
            (
                .every(periodMilliseconds: 30_000, anchor: Timestamp(milliseconds: 1_700_000_000_123)),
                #"{"anchor_ms":1700000000123,"period_ms":30000,"type":"every"}"#
            ),
            (.once(Timestamp(milliseconds: 5)), #"{"at_ms":5,"type":"once"}"#),
            (.manual, #"{"type":"manual"}"#),
        ]
    )
    func json(spec: ScheduleSpec, text: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(spec), as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(ScheduleSpec.self, from: Data(text.utf8)) == spec)
    }

    @Test("An unknown type is refused")
    func unknownType() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ScheduleSpec.self, from: Data(#"{"type":"lunar"}"#.utf8))
        }
    }

    @Test("A period fires at anchor plus n periods, whatever the clocks do (rule 3)")
    func every() throws {
        let anchor = Timestamp(milliseconds: 1_000_123)
        let schedule = try CompiledSchedule(.every(periodMilliseconds: 90_000, anchor: anchor), job: sampleJob)
        #expect(schedule.next(after: anchor) == anchor.advanced(byMilliseconds: 90_000))
        #expect(
            schedule.next(after: anchor.advanced(byMilliseconds: 89_999)) == anchor.advanced(byMilliseconds: 90_000)
        )
        #expect(
            schedule.next(after: anchor.advanced(byMilliseconds: 90_000)) == anchor.advanced(byMilliseconds: 180_000)
        )
        #expect(schedule.next(after: Timestamp(milliseconds: 0)) == anchor)
        #expect(schedule.next(after: Timestamp(milliseconds: .max)) == nil)
        #expect(schedule.next(after: Timestamp(milliseconds: .min)) == anchor)
        #expect(!schedule.isReboot)
    }

    @Test(
        "A period is between a second and 366 days",
        arguments: [0, -1, 999, 366 * 86_400_000 + 1, .max, .min] as [Int64]
    )
    func period(milliseconds: Int64) {
        #expect {
            try CompiledSchedule(.every(periodMilliseconds: milliseconds, anchor: .distantPast), job: sampleJob)
        } throws: {
            ($0 as? ScheduleError)?.code == .duration
        }
    }

    @Test("One fire is one fire, and a manual job has none")
    func onceAndManual() throws {
        let at = Timestamp(milliseconds: 1_800_000_000_000)
        let once = try CompiledSchedule(.once(at), job: sampleJob)
        #expect(once.next(after: at.advanced(byMilliseconds: -1)) == at)
        #expect(once.next(after: at) == nil)
        #expect(try CompiledSchedule(.manual, job: sampleJob).next(after: .distantPast) == nil)
    }

    @Test("@reboot never fires by time; @every as cron text asks for an anchor")
    func rebootAndEvery() throws {
        let reboot = try CompiledSchedule("@reboot")
        #expect(reboot.isReboot)
        #expect(reboot.next(after: .distantPast) == nil)
        #expect { try CompiledSchedule("@every 30s") } throws: { ($0 as? ScheduleError)?.code == .needsAnchor }
        #expect(try CronExpression(parsing: "@every 30s").everyMilliseconds == 30_000)
    }

    @Test(
        "A zone that does not exist is refused",
        arguments: ["Mars/Olympus", "", "../etc/passwd", "Europe", "europe//berlin", "tzdata.zi"]
    )
    func unknownZone(name: String) {
        #expect { try CompiledSchedule("* * * * *", zone: name) } throws: {
            ($0 as? ScheduleError)?.code == .unknownZone
        }
    }

    @Test(
        "A batch line is answered with epoch seconds, or with what is wrong (semantics 9)",
        arguments: [
            ("UTC\t0\t* * * * *\t3", "60 120 180"), ("Europe/Berlin\t1774746000\t30 2 * * *\t1", "1774830600"),
            ("UTC\t0\t0 0 0 1 1 * 1980\t5", "315532800"), ("UTC\t0\t* * * * *\t0", ""),
            ("Europe/Berlin\t1774700000\t30 2 * * *\t1\tskip", "1774830600"),
        ]
    )
    func batch(line: String, answer: String) {
        #expect(CronBatch.answer(line) == answer)
    }

    @Test(
        "A batch line that is no question gets an error, not a crash",
        arguments: [
            "", "\t\t\t", "UTC\tx\t* * * * *\t3", "UTC\t0\t* * * *\t3", "UTC\t0\t* * * * *\t-1",
            "UTC\t0\t* * * * *\t10001",
            "UTC\t9223372036854775807\t* * * * *\t1", "UTC\t-9223372036854775808\t* * * * *\t1",
            "Nowhere\t0\t* * * * *\t1",
            "UTC\t0\t* * * * *\t1\tsometimes",
        ]
    )
    func batchErrors(line: String) {
        #expect(CronBatch.answer(line).hasPrefix("error: "))
    }
}
