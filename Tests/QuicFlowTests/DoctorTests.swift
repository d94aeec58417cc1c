// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import FlowProcess
import FlowRunner
import Foundation
import Testing

@testable import quicflow

@Suite("quicflow doctor says what is wrong, and what to do")
struct DoctorTests {
    private let address = ServerAddress.standard

    private func grades(_ findings: [Finding]) -> [String] { findings.map { "\($0.check) \($0.grade.rawValue)" } }

    private func answered(_ change: (inout ServerSigns) -> Void = { _ in }) -> [Finding] {
        var signs = ServerSigns(self.address, .answered(milliseconds: 3))
        signs.version = "0.1.0"
        signs.clock = .init(offset: 40, doubt: 2)
        change(&signs)
        return ServerExam.findings(signs, version: "0.1.0")
    }

    @Test("A server that can't be asked is one failure, and no more is guessed")
    func unreachable() {
        for reach in [ServerSigns.Reach.silent("connection refused"), .foreign] {
            let findings = ServerExam.findings(ServerSigns(self.address, reach), version: "0.1.0")
            #expect(self.grades(findings) == ["server fail"])
        }
        let starting = ServerExam.findings(ServerSigns(self.address, .starting("starting")), version: "0.1.0")
        #expect(self.grades(starting) == ["server warn"])
    }

    @Test("All is well, signed in or not")
    func well() {
        #expect(self.grades(self.answered()) == ["server ok", "version ok", "clock ok", "session ok"])
        let findings = self.answered {
            $0.session = .open(username: "ada", mustChangePassword: false)
            $0.cluster = .object(["mode": "single"])
            $0.overview = .object(["hosts_online": 2, "hosts_total": 2, "scheduler_stopped_since": .null])
        }
        #expect(findings.allSatisfy { $0.grade == .ok })
        #expect(findings.map(\.check).suffix(4) == ["session", "database", "scheduler", "hosts"])
    }

    @Test("Whether the server's role owns the tables of the database is said, and how to do with less")
    func role() throws {
        func findings(_ members: [String: JSONValue]) -> [Finding] {
            let facts: [String: JSONValue] = ["mode": "cluster", "items": .array([.null]), "shards_free": 0]
            return self.answered { $0.cluster = .object(facts.merging(members) { $1 }) }
        }
        let owner = try #require(findings(["may_change_schema": .bool(true)]).first { $0.check == "role" })
        #expect(owner.grade == .ok && owner.advice?.en.contains("database grants") == true)
        let rows = try #require(findings(["may_change_schema": .bool(false)]).first { $0.check == "role" })
        #expect(rows.grade == .ok && rows.advice == nil)
        #expect(!findings([:]).contains { $0.check == "role" }, "a server of before does not say")
    }

    @Test("What is out of order at a server is told with what to do")
    func disorder() {
        let findings = self.answered {
            $0.version = "0.2.0"
            $0.notReady = "the disk is full"
            $0.session = .open(username: "ada", mustChangePassword: true)
            $0.cluster = .object(["mode": "cluster", "items": .array([.null]), "shards_free": 12])
            $0.overview = .object([
                "hosts_online": 1, "hosts_total": 2, "scheduler_stopped_since": "2026-11-27T10:00:00.000Z",
            ])
        }
        #expect(
            self.grades(findings) == [
                "server ok", "version warn", "store fail", "clock ok", "session warn", "database warn",
                "scheduler warn", "hosts warn",
            ]
        )
        #expect(findings.allSatisfy { $0.grade == .ok || $0.advice != nil })
        #expect(self.grades(self.answered { $0.session = .refused }).last == "session fail")
    }

    @Test(
        "A clock is only called wrong beyond what the way there explains",
        arguments: [
            (0, 0, "ok"), (2_000, 0, "ok"), (2_001, 0, "warn"), (-2_500, 100, "warn"), (5_000, 4_000, "ok"),
            (-61_000, 10, "fail"), (60_500, 600, "warn"), (.min, 0, "fail"), (0, .max, "ok"),
        ] as [(Int64, Int64, String)]
    )
    func clock(offset: Int64, doubt: Int64, grade: String) throws {
        let findings = self.answered { $0.clock = .init(offset: offset, doubt: doubt) }
        let clock = try #require(findings.first { $0.check == "clock" })
        #expect(clock.grade.rawValue == grade)
        if clock.grade != .ok {
            #expect(clock.text.en.contains(offset > 0 ? "behind" : "ahead"))
            #expect(clock.text.zh.contains(offset > 0 ? "慢" : "快"))
        }
    }

    @Test("Plain HTTP is fine on this machine, and warned about beyond")
    func encryption() throws {
        for text in ["http://127.0.0.1:8475", "http://[::1]:8475", "http://localhost", "https://flow.example.com"] {
            let signs = ServerSigns(try #require(ServerAddress(text)), .answered(milliseconds: 1))
            let findings = ServerExam.findings(signs, version: "0.1.0")
            #expect(!findings.contains { $0.check == "encryption" }, "\(text)")
        }
        let signs = ServerSigns(try #require(ServerAddress("flow.example.com")), .answered(milliseconds: 1))
        #expect(self.grades(ServerExam.findings(signs, version: "0.1.0")).contains("encryption warn"))
    }

    private func directory(mode: UInt32 = 0o700, isOpen: Bool = true, free: UInt64 = 1 << 40) -> DirectorySigns {
        DirectorySigns(path: "/d", owner: 7, mode: mode, isOpen: isOpen, freeBytes: free, freeFiles: 100_000)
    }

    @Test("Rights and room of a data directory")
    func directories() throws {
        #expect(self.grades(self.directory().findings(of: "agent")) == ["agent-directory ok", "agent-space ok"])
        let open = self.directory(mode: 0o755).findings(of: "server")
        #expect(self.grades(open) == ["server-directory fail", "server-space ok"])
        #expect(open[0].advice?.en == "chmod 700 /d")
        #expect(self.grades(self.directory(isOpen: false).findings(of: "agent")) == ["agent-directory warn"])
        #expect(self.grades(self.directory(free: 1 << 29).findings(of: "agent")).last == "agent-space warn")
        #expect(self.grades(self.directory(free: 1 << 20).findings(of: "agent")).last == "agent-space fail")
        var full = self.directory()
        full.freeFiles = 3
        #expect(self.grades(full.findings(of: "agent")).last == "agent-space fail")
        let real = try #require(DirectorySigns.read(FileManager.default.temporaryDirectory.path))
        #expect(real.freeBytes > 0 && real.isOpen)
        #expect(DirectorySigns.read("/nonexistent/quicflow") == nil)
    }

    @Test(
        "A certificate is judged by its days",
        arguments: [
            (-1, "fail"), (0, "ok"), (59, "ok"), (60, "ok"), (61, "ok"), (62, "warn"), (89, "warn"), (90, "fail"),
        ] as [(Int64, String)]
    )
    func certificate(day: Int64, grade: String) throws {
        let begin = Timestamp(seconds: 1_800_000_000)
        let life = RenewalSchedule(begin: begin, end: begin.advanced(byMilliseconds: 90 * 86_400_000))
        var signs = AgentSigns(directory: self.directory())
        signs.process = 42
        signs.identity = .joined(agent: "a1", life: life)
        let now = begin.advanced(byMilliseconds: day * 86_400_000)
        #expect(
            self.grades(AgentExam.findings(signs, now: now))
                == ["agent-directory ok", "agent-space ok", "agent ok", "certificate \(grade)", "control-groups ok"]
        )
    }

    @Test("What control groups and what systemd a host has is said with what follows for tasks, and is no failure")
    func hostPowers() {
        let groups = [
            nil, GroupBase(path: "/g", controllers: ["pids"]), GroupBase(path: "/g", controllers: GroupBase.wanted),
        ]
        let said = groups.map { AgentExam.groups($0) }
        #expect(said.allSatisfy { $0.grade == .ok && $0.check == "control-groups" })
        #expect(said[0].advice?.en.contains("total_memory_bytes") == true)
        #expect(said[1].text.en.hasSuffix("without memory, cpu") && said[1].advice?.en.contains("Delegate=yes") == true)
        #expect(said[2].text.en.hasSuffix("memory, cpu, pids") && said[2].advice == nil)
        let system = ServiceManager.usual(user: 0, runtimeDirectory: "/elsewhere")
        #expect(system == ServiceManager(socket: "/run/systemd/private", isSystem: true))
        let user = ServiceManager.usual(user: 7, runtimeDirectory: nil)
        #expect(user == ServiceManager(socket: "/run/user/7/systemd/private", isSystem: false))
        #expect(ServiceManager.usual(user: 7, runtimeDirectory: "/x").socket == "/x/systemd/private")
        #expect(AgentExam.manager(system, answers: true).advice == nil)
        #expect(AgentExam.manager(system, answers: false).text.en.contains("does not answer at /run/systemd/private"))
        #expect(AgentExam.manager(user, answers: false).advice?.en.contains("enable-linger") == true)
        #expect(!ServiceManager(socket: "/nowhere/private", isSystem: false).isReachable)
    }

    @Test("What an agent that runs is told about its host is what it finds itself")
    func glance() {
        #expect(GroupBase.glance(process: getpid())?.path == GroupBase.find()?.path)
        #expect(GroupBase.glance(process: -1) == nil)
    }

    @Test("A host that does not work says why")
    func host() {
        var signs = AgentSigns(directory: self.directory())
        signs.missingPrograms = ["quicflow-work"]
        signs.policyFault = "the host's policy: 'x' is no rule of a policy"
        signs.unreadableAuthorities = ["/etc/quicflow/ours.pem"]
        signs.servers = [("s:8474", .silent), ("t:8474", .answered), ("u:8474", .refused)]
        #expect(
            self.grades(AgentExam.findings(signs, now: .distantPast)).suffix(8) == [
                "agent fail", "identity fail", "agents-port fail", "agents-port ok", "agents-port fail",
                "programs warn", "policy fail", "authorities warn",
            ]
        )
        #expect(AgentExam.listing(.null, isRunning: true).grade == .fail)
        #expect(AgentExam.listing(.object(["status": "offline"]), isRunning: true).grade == .fail)
        #expect(AgentExam.listing(.object(["status": "online", "trouble": .null]), isRunning: true).grade == .ok)
        #expect(AgentExam.listing(.object(["status": "online", "trouble": "slow"]), isRunning: true).grade == .warn)
    }

    @Test(
        "The probe is a whole first packet of no known version, and only its own answer counts (RFC 9000, 6.1, 17.2.1)"
    )
    func probe() {
        let source: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let destination: [UInt8] = [9, 9, 9, 9, 9, 9, 9, 9]
        let question = QUICProbe.question(destination: destination, source: source)
        #expect(question.count == 1200)
        #expect(Array(question[..<23]) == [0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8] + destination + [8] + source)
        let answer: [UInt8] = [0x9f, 0, 0, 0, 0, 8] + source + [8] + destination + [0, 0, 0, 1]
        #expect(QUICProbe.isAnswer(answer, to: source))
        #expect(!QUICProbe.isAnswer(answer, to: destination))
        #expect(!QUICProbe.isAnswer(answer.dropLast(), to: source))
        #expect(!QUICProbe.isAnswer(answer.dropLast(4), to: source))
        #expect(!QUICProbe.isAnswer([0x1f] + answer.dropFirst(), to: source))
        #expect(!QUICProbe.isAnswer(question, to: source))
        for count in 0..<answer.count { #expect(!QUICProbe.isAnswer(answer.prefix(count), to: source)) }
    }

    @Test("In both languages, one line each, with the count at the end")
    func text() {
        let findings = Findings([
            .ok("server", .init(zh: "应答", en: "answers")),
            .fail("clock", .init(zh: "慢", en: "behind"), advice: .init(zh: "同步", en: "synchronise")),
        ])
        #expect(!findings.isHealthy)
        #expect(
            findings.text(in: .english) == """
                ok    server  answers
                fail  clock   behind
                              → synchronise

                2 checks: 1 ok, 0 to watch, 1 failed
                """
        )
        #expect(findings.text(in: .chinese).hasSuffix("2 项检查：正常 1，警告 0，失败 1"))
        #expect(findings.json["failed"] == 1)
        #expect(findings.json["checks"].array.last?["advice"]["zh"] == "同步")
    }
}
