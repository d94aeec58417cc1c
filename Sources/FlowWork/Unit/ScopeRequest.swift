// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A scope that a process asks for, to lie in it itself (org.freedesktop.systemd1(5), `StartTransientUnit`).
struct ScopeRequest: Hashable {
    var name: String
    var description: String
    /// Nil = the manager's usual one.
    var slice: String?
    /// The unit that ends before this one when the host goes down; nil = none.
    var before: String?
    /// What all of its processes together may use.
    var limits: [ProcessLimit: UInt64] = [:]

    /// A value of one of the scope's properties.
    enum Value: Hashable {
        case text(String)
        case texts([String])
        case number(UInt64)
        case processes([UInt32])
    }

    /// - Parameter process: which is to lie in it.
    func properties(of process: UInt32) -> [(name: String, value: Value)] {
        var properties: [(name: String, value: Value)] = [
            ("Description", .text(self.description)), ("PIDs", .processes([process])),
            // A scope whose processes were killed would stay and be shown as failed until somebody takes it away.
            ("CollectMode", .text("inactive-or-failed")),
        ]
        if let slice { properties.append(("Slice", .text(slice))) }
        if let before { properties.append(("Before", .texts([before]))) }
        for (limit, value) in self.limits.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            switch limit {
            case .totalMemory: properties += [("MemoryMax", .number(value)), ("MemorySwapMax", .number(0))]
            case .totalProcesses: properties.append(("TasksMax", .number(value)))
            // Microseconds of a processor in each second: a per cent is 10,000.
            case .cpuShare: properties.append(("CPUQuotaPerSecUSec", .number(value * 10_000)))
            case .cpu, .memory, .openFiles, .processes, .fileSize, .core: break
            }
        }
        return properties
    }

    static let interface = "org.freedesktop.systemd1.Manager"

    /// The call that makes it.
    func call(serial: UInt32, process: UInt32) -> [UInt8] {
        var body = DBusWriter()
        body.write(self.name)
        // One of this name that is there already is not ours.
        body.write("fail")
        body.array(alignment: 8) { body in
            for (name, value) in self.properties(of: process) {
                body.align(8)
                body.write(name)
                Self.write(value, to: &body)
            }
        }
        // Units that would have to be made with it.
        body.array(alignment: 8) { _ in }
        return DBusMessage.call(
            serial: serial,
            path: "/org/freedesktop/systemd1",
            interface: Self.interface,
            member: "StartTransientUnit",
            destination: "org.freedesktop.systemd1",
            signature: "ssa(sv)a(sa(sv))",
            body: body
        )
    }

    private static func write(_ value: Value, to body: inout DBusWriter) {
        switch value {
        case .text(let text):
            body.write(signature: "s")
            body.write(text)
        case .texts(let texts):
            body.write(signature: "as")
            body.array(alignment: 4) { body in for text in texts { body.write(text) } }
        case .number(let number):
            body.write(signature: "t")
            body.write(number)
        case .processes(let processes):
            body.write(signature: "au")
            body.array(alignment: 4) { body in for process in processes { body.write(process) } }
        }
    }
}
