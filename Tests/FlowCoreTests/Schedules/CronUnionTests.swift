// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Several expressions for one job, and exceptions")
struct CronUnionTests {
    private static func schedule(
        _ expression: String,
        also: [String] = [],
        except: [String] = [],
        zone: String = "UTC",
        limits: ScheduleLimits = ScheduleLimits()
    ) throws -> CompiledSchedule {
        var limits = limits
        if !also.isEmpty { limits.also = also }
        if !except.isEmpty { limits.except = except }
        let spec = ScheduleSpec.cron(expression: expression, timeZone: zone, dst: .debian)
        return try CompiledSchedule(spec.limited(limits), job: sampleJob)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let expression: String
        var also: [String] = []
        var except: [String] = []
        var zone = "UTC"
        var after = "2026-01-01T00:00:00Z"
        let fires: [String]
        var testDescription: String { "\(self.expression) and \(self.also) but not \(self.except)" }
    }

    @Test(
        "A table of unions and exceptions; one fire an instant, whoever asks for it",
        arguments: [
            // Weekdays at nine, Saturdays at noon.
            Case(
                expression: "0 9 * * 1-5",
                also: ["0 12 * * 6"],
                fires: ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-03T12:00:00Z", "2026-01-05T09:00:00Z"]
            ),
            // Midnight is asked for three times.
            Case(
                expression: "0 */12 * * *",
                also: ["0 0 * * *", "@daily", "30 0 * * *"],
                after: "2025-12-31T23:59:59Z",
                fires: ["2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"]
            ),
            // An hour is left out as a whole.
            Case(
                expression: "*/30 * * * *",
                except: ["* 1-22 * * *"],
                fires: ["2026-01-01T00:30:00Z", "2026-01-01T23:00:00Z", "2026-01-01T23:30:00Z", "2026-01-02T00:00:00Z"]
            ),
            // Five fields mean whole minutes, six one second of them.
            Case(
                expression: "*/20 * * * * *",
                except: ["1 * * * *"],
                after: "2026-01-01T00:00:30Z",
                fires: ["2026-01-01T00:00:40Z", "2026-01-01T00:02:00Z", "2026-01-01T00:02:20Z"]
            ),
            Case(
                expression: "*/20 * * * * *",
                except: ["20 * * * * *"],
                fires: ["2026-01-01T00:00:40Z", "2026-01-01T00:01:00Z", "2026-01-01T00:01:40Z"]
            ),
            // A month of a job of every second.
            Case(
                expression: "* * * * * *",
                except: ["* * * 1 *"],
                fires: ["2026-02-01T00:00:00Z", "2026-02-01T00:00:01Z"]
            ),
            // Exceptions are for all of the expressions, and an unrelated one leaves out nothing.
            Case(
                expression: "0 6 * * *",
                also: ["0 18 * * *"],
                except: ["* * * * 4", "0 7 * * *"],
                fires: ["2026-01-02T06:00:00Z", "2026-01-02T18:00:00Z"]
            ),
            // Berlin leaves out the local hour that comes twice, both times.
            Case(
                expression: "*/30 * * * *",
                except: ["* 2 * * *"],
                zone: "Europe/Berlin",
                after: "2026-10-24T23:20:00Z",
                fires: ["2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"]
            ),
            // Where the clock jumps over it, the next hour is not touched.
            Case(
                expression: "0 * * * *",
                except: ["* 2 * * *"],
                zone: "Europe/Berlin",
                after: "2026-03-29T00:00:00Z",
                fires: ["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"]
            ),
            // A day that is an hour shorter is left out as a day, and no longer.
            Case(
                expression: "0 * * * *",
                except: ["* * 29 3 *"],
                zone: "Europe/Berlin",
                after: "2026-03-28T22:00:00Z",
                fires: ["2026-03-29T22:00:00Z", "2026-03-29T23:00:00Z"]
            ),
            // All but a month of the year, minute by minute; also by two exceptions together.
            Case(
                expression: "*/5 * * * *",
                except: ["*/5 * * 2-12 *"],
                after: "2026-02-01T00:00:00Z",
                fires: ["2027-01-01T00:00:00Z", "2027-01-01T00:05:00Z"]
            ),
            Case(
                expression: "* * * * *",
                also: ["30 2 * * * *"],
                except: ["*/2 * * 2-12 *", "1-59/2 * * 2-12 *"],
                after: "2026-01-31T23:58:30Z",
                fires: ["2026-01-31T23:59:00Z", "2027-01-01T00:00:00Z"]
            ),
            // Of a year only its leap day.
            Case(
                expression: "15 6 * * *",
                except: ["15 6 1-28 * *", "15 6 * 1,3-12 *"],
                fires: ["2028-02-29T06:15:00Z", "2032-02-29T06:15:00Z"]
            ),
            // The time that the gap moves to three stays, though its month is left out.
            Case(
                expression: "30 2 * * *",
                except: ["30 2 * 3 *"],
                zone: "Europe/Berlin",
                after: "2026-02-28T12:00:00Z",
                fires: ["2026-03-29T01:00:00Z", "2026-04-01T00:30:00Z"]
            ),
            // A fixed time that the gap moves to three counts as three.
            Case(
                expression: "30 2 * * *",
                except: ["0 3 * * *"],
                zone: "Europe/Berlin",
                after: "2026-03-28T12:00:00Z",
                fires: ["2026-03-30T00:30:00Z"]
            ),
        ]
    )
    func table(example: Case) throws {
        let schedule = try Self.schedule(
            example.expression,
            also: example.also,
            except: example.except,
            zone: example.zone
        )
        let fires = schedule.fires(
            after: try instant(example.after),
            through: .distantFuture,
            limit: example.fires.count
        )
        #expect(fires == (try example.fires.map { try instant($0) }))
    }

    @Test("Whatever instant one begins at, the fires are the ones that the expressions have and no exception covers")
    func agreesWithParts() throws {
        let zone = "America/St_Johns"
        let all = try Self.schedule(
            "*/7 * * * *",
            also: ["*/5 1-4 * * *", "H H * * *"],
            except: ["* 3 * * *"],
            zone: zone
        )
        let parts = try ["*/7 * * * *", "*/5 1-4 * * *", "H H * * *"].map { try Self.schedule($0, zone: zone) }
        // Both changes of 2026.
        for start in ["2026-03-07T20:00:00Z", "2026-10-31T20:00:00Z"] {
            let from = try instant(start)
            let to = from.advanced(byMilliseconds: 36 * 3_600_000)
            var expected: Set<Timestamp> = []
            for part in parts {
                for fire in part.fires(after: from, through: to, limit: 10_000) {
                    let local = fire.seconds + Int64(part.zone?.offsetSeconds(at: fire) ?? 0)
                    if local / 3600 % 24 != 3 { expected.insert(fire) }
                }
            }
            #expect(all.fires(after: from, through: to, limit: 10_000) == expected.sorted())
            for fire in expected { #expect(all.next(after: fire.advanced(byMilliseconds: -1)) == fire) }
        }
    }

    @Test("Windows and calendars come after the exceptions, an explanation names the exception")
    func limits() throws {
        let window = DailyWindow(from: 540, to: 660, timeZone: "UTC")
        let schedule = try Self.schedule(
            "0 * * * *",
            also: ["30 10 * * *"],
            except: ["0 9 * * *"],
            limits: ScheduleLimits(window: window)
        )
        let start = try instant("2026-01-01T00:00:00Z")
        #expect(
            schedule.texts(after: start, count: 3)
                == ["2026-01-01T10:00:00Z", "2026-01-01T10:30:00Z", "2026-01-02T10:00:00Z"]
        )
        #expect(schedule.obstacle(at: try instant("2026-01-01T09:00:00Z"))?.except == ["0 9 * * *"])
        #expect(schedule.obstacle(at: try instant("2026-01-01T12:00:00Z"))?.window == window)
        #expect(!schedule.isDaily && schedule.periodMilliseconds == nil)
        let words = ScheduleLimits(also: ["0 12 * * 6"], except: ["* * 24 12 *"]).words
        #expect(words.en.contains(", and at ") && words.en.contains(", but not every ") && words.zh.contains("但不包括"))
    }

    @Test("A schedule that leaves nothing, or all but nothing, ends the search, and plans differ by every part (R12)")
    func bounds() throws {
        let start = try instant("2026-01-01T00:00:00Z")
        // Half a century of days: further nobody looks.
        #expect(try Self.schedule("0 0 * * *", except: ["0 0 * * 0-6"]).next(after: start) == nil)
        for except in ["* * * * *", "*/2 * * * *", "0 0 * * *"] {
            #expect(try Self.schedule("0 0 * * *", except: [except]).next(after: start) == nil)
        }
        let digests = try [
            Self.schedule("0 6 * * *"), Self.schedule("0 6 * * *", also: ["0 7 * * *"]),
            Self.schedule("0 6 * * *", except: ["* * * * 1"]),
        ].map { PlanDigest.of($0, from: start) }
        #expect(Set(digests).count == 3)
    }

    @Test(
        "What names no times, or another zone, has no place beside another expression",
        arguments: [
            "@every 1h", "@reboot", "CRON_TZ=UTC 0 0 * * *", "nonsense",
        ]
    )
    func refused(text: String) throws {
        #expect(throws: ScheduleError.self) { try Self.schedule("0 0 * * *", also: [text]) }
        #expect(throws: ScheduleError.self) { try Self.schedule("0 0 * * *", except: [text]) }
        let every = ScheduleSpec.every(periodMilliseconds: 1000, anchor: .distantPast)
        #expect(throws: ScheduleError.self) {
            try CompiledSchedule(every.limited(ScheduleLimits(also: ["0 0 * * *"])), job: sampleJob)
        }
    }
}
