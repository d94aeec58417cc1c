// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import quicflow

@Suite("Words of tables in both languages")
struct WordsTests {
    /// What tables show, by what it belongs to.
    private static let words: [(Words.Kind?, [String])] = [
        (.execution, ExecutionStatus.allCases.map { $0.name.lowercased() }),
        (.approval, ["pending", "approved", "applied", "failed", "rejected", "withdrawn", "expired", "stale", "job"]),
        (.incident, ["waiting", "open", "closed"]),
        (.delivery, ["queued", "sending", "sent", "dead", "merged"]),
        (.silence, ["active", "ended"]),
        (.report, ["day", "week", "month"]),
        (.hook, ["started", "repeated", "filtered", "refused", "invalid", "disabled"]),
        (.edge, ["waiting", "met", "unmet"]),
        (
            .step,
            [
                "job", "script", "http", "wait", "approval", "decision", "noop", "map", "workflow", "MAP", "DEPTH",
                "EXECUTION", "TIMEOUT", "NO_HOST",
                "DISABLED", "DELETED", "DENIED", "EXPRESSION", "REJECTED", "CHILD_SKIPPED", "NOT_CHOSEN",
                "UPSTREAM_FAILED", "STOPPED", "IF_DISABLED", "REQUESTED", "ABANDONED",
            ]
        ),
        (
            .verdict,
            [
                "not_due", "unscheduled", "will_fire", "fired", "running", "late", "waiting", "pending", "cancelled",
                "coalesced", "skipped", "disabled", "stopped", "missed", "schedule", "maintenance",
            ]
        ),
        (nil, ["online", "offline", "enabled", "disabled", "active", "deleted", "all", "nothing", "success", "end"]),
        (nil, ["edit", "delete", "enable", "disable", "run", "backfill", "stop", "grant", "settings"]),
        (nil, ["execution", "role", "user", "workflow_run", "default", "database", "file", "environment"]),
        (.runType, RunType.allCases.map(\.rawValue)),
        (nil, ["ok", "denied"]),
        (nil, NotifyTrigger.allCases.map(\.rawValue)),
        (nil, ["waiting", "ready", "started", "succeeded", "failed", "cancelled", "skipped"]),
        (
            nil,
            [
                "queued", "running", "paused", "stopping", "compensating", "finalising", "ended", "approve", "reject",
                "always",
                "failure",
            ]
        ),
    ]

    @Test("each word of a table has its Chinese, and stays as it is in English")
    func vocabulary() {
        for (kind, words) in Self.words {
            for word in words {
                let chinese = Words.text(word, kind, in: .chinese)
                #expect(chinese.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(word): \(chinese)")
                #expect(Words.text(word, kind, in: .english) == word)
            }
        }
    }

    @Test("a word means what it belongs to, and one of a newer server stays")
    func kinds() {
        #expect(Words.text("pending", .execution, in: .chinese) == "等待中")
        #expect(Words.text("pending", .approval, in: .chinese) == "待审批")
        #expect(Words.text("active", .silence, in: .chinese) == "静默中")
        #expect(Words.text("active", in: .chinese) == "有效")
        #expect(Words.text("hibernating", .execution, in: .chinese) == "hibernating")
    }
}
