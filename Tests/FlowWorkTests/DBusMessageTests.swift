// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowWork

/// The messages to and from systemd, by the D-Bus specification ("Message Protocol", "Marshaling").
@Suite("D-Bus messages")
struct DBusMessageTests {
    @Test("A call is what the specification says, byte by byte")
    func call() {
        var body = DBusWriter()
        body.write("ab")
        body.write(UInt64(7))
        let bytes = DBusMessage.call(
            serial: 5,
            path: "/a",
            interface: "b.c",
            member: "D",
            destination: "e.f",
            signature: "st",
            body: body
        )
        var expected: [UInt8] = [0x6c, 1, 0, 1, 16, 0, 0, 0, 5, 0, 0, 0, 72, 0, 0, 0]
        expected += [1, 1, 0x6f, 0, 2, 0, 0, 0] + Array("/a\0".utf8) + [0, 0, 0, 0, 0]
        expected += [2, 1, 0x73, 0, 3, 0, 0, 0] + Array("b.c\0".utf8) + [0, 0, 0, 0]
        expected += [3, 1, 0x73, 0, 1, 0, 0, 0] + Array("D\0".utf8) + [0, 0, 0, 0, 0, 0]
        expected += [6, 1, 0x73, 0, 3, 0, 0, 0] + Array("e.f\0".utf8) + [0, 0, 0, 0]
        expected += [8, 1, 0x67, 0, 2] + Array("st\0".utf8)
        expected += [2, 0, 0, 0] + Array("ab\0".utf8) + [0] + [7, 0, 0, 0, 0, 0, 0, 0]
        #expect(bytes == expected)
    }

    @Test("Answers, failures and signals are read; what is none of these is passed over")
    func incoming() throws {
        func message(_ kind: UInt8, _ fields: (inout DBusWriter) -> Void, _ body: DBusWriter) -> [UInt8] {
            var writer = DBusWriter()
            for byte in [UInt8(ascii: "l"), kind, 1, 1] { writer.write(byte) }
            writer.write(UInt32(body.bytes.count))
            writer.write(UInt32(9))
            writer.array(alignment: 8, fields)
            writer.align(8)
            return writer.bytes + body.bytes
        }
        func field(_ writer: inout DBusWriter, _ code: UInt8, _ type: String, _ text: String) {
            writer.align(8)
            writer.write(code)
            writer.write(signature: type)
            if type == "g" { writer.write(signature: text) } else { writer.write(text) }
        }
        func reply(_ writer: inout DBusWriter) {
            writer.align(8)
            writer.write(UInt8(5))
            writer.write(signature: "u")
            writer.write(UInt32(1))
        }
        var path = DBusWriter()
        path.write("/org/freedesktop/systemd1/job/12")
        let answer = message(
            2,
            {
                reply(&$0)
                field(&$0, 8, "g", "o")
            },
            path
        )
        #expect(try DBusMessage.length(of: answer[...]) == answer.count)
        #expect(DBusMessage.read(answer[...]) == .answer(serial: 1, values: ["/org/freedesktop/systemd1/job/12"]))
        var words = DBusWriter()
        words.write("Unit x.scope was already loaded.")
        let failure = message(
            3,
            {
                field(&$0, 4, "s", "a.UnitExists")
                reply(&$0)
                field(&$0, 8, "g", "s")
            },
            words
        )
        #expect(
            DBusMessage.read(failure[...])
                == .failure(serial: 1, name: "a.UnitExists", message: "Unit x.scope was already loaded.")
        )
        var removed = DBusWriter()
        removed.write(UInt32(12))
        for text in ["/job/12", "x.scope", "done"] { removed.write(text) }
        let signal = message(
            4,
            {
                field(&$0, 3, "s", "JobRemoved")
                field(&$0, 8, "g", "uoss")
            },
            removed
        )
        #expect(
            DBusMessage.read(signal[...]) == .signal(member: "JobRemoved", values: ["/job/12", "x.scope", "done"])
        )
        #expect(DBusMessage.read(message(1, { field(&$0, 3, "s", "Call") }, DBusWriter())[...]) == .other)
        for count in 0..<signal.count { _ = DBusMessage.read(signal[..<count]) }
        for index in signal.indices {
            var broken = signal
            broken[index] = 0xff
            _ = DBusMessage.read(broken[...])
        }
    }

    @Test("What is no message of D-Bus, or too long for one, ends the conversation")
    func foreign() throws {
        #expect(try DBusMessage.length(of: [0x6c, 1, 0]) == nil)
        let http = Array("HTTP/1.1 400 Bad Request".utf8)
        #expect(throws: WorkFailure.self) { try DBusMessage.length(of: http[...]) }
        let long: [UInt8] = [0x6c, 1, 0, 1, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]
        #expect(throws: WorkFailure.self) { try DBusMessage.length(of: long[...]) }
    }

    @Test(
        "A scope is asked for with what the job says, its limits, and the agent's unit as the one that ends before it"
    )
    func scope() {
        let request = ScopeRequest(
            name: "quicflow-e-1.scope",
            description: "job",
            slice: "batch.slice",
            before: "quicflow-agent.service",
            limits: [.totalMemory: 64 << 20, .cpuShare: 150, .totalProcesses: 20]
        )
        let properties = request.properties(of: 77).map { "\($0.name)=\($0.value)" }
        #expect(
            properties == [
                "Description=text(\"job\")", "PIDs=processes([77])", "CollectMode=text(\"inactive-or-failed\")",
                "Slice=text(\"batch.slice\")", "Before=texts([\"quicflow-agent.service\"])",
                "CPUQuotaPerSecUSec=number(1500000)", "MemoryMax=number(67108864)", "MemorySwapMax=number(0)",
                "TasksMax=number(20)",
            ]
        )
        let plain = ScopeRequest(name: "a.scope", description: "d").properties(of: 1).map(\.name)
        #expect(plain == ["Description", "PIDs", "CollectMode"])
    }

    @Test(
        "The agent's own unit is the nearest service around it (cgroups(7))",
        arguments: [
            ("0::/system.slice/quicflow-agent.service/agent\n", "quicflow-agent.service"),
            ("4:memory:/x\n0::/user.slice/user-7.slice/user@7.service/app.slice/q.service\n", "q.service"),
            ("1:name=systemd:/system.slice/quicflow-agent.service\n0::/\n", "quicflow-agent.service"),
            ("0::/user.slice/user-7.slice/session-1.scope\n", nil), ("0::/\n", nil), ("", nil),
        ] as [(String, String?)]
    )
    func service(_ groups: String, _ unit: String?) { #expect(UnitStart.service(in: groups) == unit) }

    @Test("Words before the program that are none start nothing, nor do limits of all processes without a unit")
    func words() throws {
        let wishes = try StartWishes([
            "open_files=64", "user=ada", "directory=/srv", "total_processes=5", "unit=a.scope",
        ])
        #expect(wishes.user == "ada" && wishes.directory == "/srv" && wishes.unit == "a.scope")
        #expect(wishes.limits == [.openFiles: 64, .totalProcesses: 5])
        for words in [["speed=9"], ["open_files"], ["open_files=-1"], ["total_processes=5"]] {
            #expect(throws: WorkFailure.self, "\(words)") { try StartWishes(words) }
        }
    }
}
