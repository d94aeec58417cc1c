// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("What failures read like")
struct FailureFingerprintTests {
    private static let web1 = AgentID("web1")!

    @Test(
        "What is another each time goes, what tells causes apart stays",
        arguments: [
            ("2026-11-27T10:00:00.123Z ERROR timeout after 31.5s", "<n> ERROR timeout after <n>s"),
            ("2026-11-27 10:00:01,250 [1234] disk full: 98%", "<n> <n> [<n>] disk full: <n>%"),
            ("connect to 10.0.0.17:5432 failed", "connect to <n> failed"),
            ("request 019b76da-a800-83c7-8419-640670d6af08 failed", "request <id> failed"),
            ("object 3f2a9c01d7 at 0x7ffee4b2 gone", "object <id> at <id> gone"),
            ("token eyJhbGciOi42JIUzI1NiIsI refused", "token <id> refused"),
            ("cannot open /tmp/job.aXbYcZ/part-17.csv: no space", "cannot open /tmp/<path>: no space"),
            ("cannot open /srv/data/2026/11/27/part-17.csv", "cannot open /srv/data/<n>/part-<n>.csv"),
            ("web1: no route to host web1.", "<host>: no route to host <host>."),
            ("WEB1 is not web12", "<host> is not web<n>"),
            ("ORA-00942: table or view does not exist", "ORA-00942: table or view does not exist"),
            ("MongoError: E11000 duplicate key", "MongoError: E11000 duplicate key"),
            ("error TS2304: cannot find name", "error TS2304: cannot find name"),
            ("HTTP status 503 after 12 ms", "HTTP status 503 after <n> ms"),
            ("exit code: 137", "exit code: 137"), ("SQLSTATE=23505 at row 12", "SQLSTATE=23505 at row <n>"),
            ("errno (13) in line 7", "errno (13) in line <n>"),
            ("\u{1b}[31mfailed\u{1b}[0m   twice\t3", "failed twice <n>"), ("磁盘 97% 已满", "磁盘 <n>% 已满"),
            ("deadbeef is a word, cafe too", "deadbeef is a word, cafe too"),
        ]
    )
    func normalised(_ line: String, _ expected: String) {
        #expect(FailureText.line(line, host: Self.web1) == expected)
        #expect(FailureText.lines(of: Array(line.utf8), host: Self.web1) == [expected])
        // What was read once reads the same.
        #expect(FailureText.line(expected, host: Self.web1) == expected)
    }

    @Test("The last three lines with words count, each of bounded length, whatever the bytes are")
    func lines() {
        let output = "first\nsecond 1\n\n---\nthird 2\n======\nfourth 3\n100%\n"
        let lines = FailureText.lines(of: Array(output.utf8), host: Self.web1)
        #expect(lines == ["second <n>", "third <n>", "fourth <n>"])
        #expect(FailureText.lines(of: Array("12 %\n\n".utf8), host: Self.web1).isEmpty)
        let long = FailureText.lines(of: Array(String(repeating: "word ", count: 5000).utf8), host: Self.web1)
        #expect(long.count == 1 && long[0].utf8.count <= 200)
        for seed in 0..<64 {
            let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* ($0 &+ seed &* 31)) }
            let lines = FailureText.lines(of: bytes, host: Self.web1)
            #expect(lines.count <= 3 && lines.allSatisfy { $0.utf8.count <= 200 })
        }
    }

    private func execution(
        _ reason: ExecutionReason?,
        code: Int? = nil,
        detail: String? = nil,
        host: String = "web1",
        job: String = "00000000-0000-4000-8000-000000000001"
    ) -> Execution {
        let uid = JobUID(job)!
        let agent = AgentID(host)!
        let nominal = Timestamp(milliseconds: 1_795_255_200_000)
        var execution = Execution(
            id: DeterministicID.execution(kind: .cron, job: uid, nominal: nominal, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: uid, nominal: nominal),
            jobID: 7,
            jobUID: uid,
            jobName: "job",
            jobVersion: 1,
            agentID: agent,
            kind: .cron,
            nominal: nominal,
            status: reason == nil ? .timeout : .failure,
            updatedAt: nominal
        )
        execution.reason = reason
        execution.exitCode = code
        execution.detail = detail
        return execution
    }

    @Test("The same failure on many hosts and in many tasks is one; another exit, or another text, is another")
    func identity() {
        func id(_ execution: Execution, _ tail: String?) -> String {
            FailureFingerprint(execution, tail: tail.map { Array($0.utf8) }).id
        }
        let other = "00000000-0000-4000-8000-000000000002"
        let first = id(self.execution(.exitCode, code: 2), "at 10:00 web1: disk full")
        #expect(first == id(self.execution(.exitCode, code: 2, host: "db9", job: other), "at 11:17 db9: disk full"))
        #expect(first.utf8.count == FailureFingerprint.idLength)
        #expect(first != id(self.execution(.exitCode, code: 3), "at 10:00 web1: disk full"))
        #expect(first != id(self.execution(.exitCode, code: 2), "at 10:00 web1: no route"))
        // Those that say nothing are each task's own.
        let silent = id(self.execution(.exitCode, code: 2), nil)
        #expect(silent == id(self.execution(.exitCode, code: 2, host: "db9"), "\n"))
        #expect(silent != id(self.execution(.exitCode, code: 2, job: other), nil))
        // Requests are known by their verdict, whatever the answer's body is.
        let refused = self.execution(.httpStatus, detail: "HTTP status 503")
        #expect(id(refused, "<html>1</html>") == id(refused, "<html>two</html>"))
        #expect(FailureFingerprint(refused, tail: nil).text == "HTTP status 503")
        #expect(FailureFingerprint(self.execution(nil, code: 9), tail: Array("at work".utf8)).outcome == "TIMEOUT 9")
    }
}
