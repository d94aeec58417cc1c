// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess

/// A process that a runner started.
package struct RunnerLeader: Hashable, Sendable {
    package var pid: Int32
    /// Clock ticks after boot: with the pid, names a process for ever.
    package var startTime: UInt64
    package var leavesProcesses: Bool

    /// The boot id stands before the table.
    static let headerBytes = 64

    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        Array((bytes + [UInt8](repeating: 0, count: self.headerBytes)).prefix(self.headerBytes))
    }

    func append(to writer: inout ByteWriter) {
        writer.write(self.pid)
        writer.write(UInt32(self.leavesProcesses ? 1 : 0))
        writer.write(self.startTime)
    }

    /// - Returns: the processes of a table; none when it was written in another boot.
    static func all(in bytes: [UInt8], bootID: String) -> [RunnerLeader] {
        var header = ByteReader(bytes.prefix(self.headerBytes))
        guard bytes.count > self.headerBytes, header.readText() == bootID else { return [] }
        var reader = ByteReader(bytes[self.headerBytes...])
        var leaders: [RunnerLeader] = []
        while let pid = reader.read(Int32.self), let flags = reader.read(UInt32.self),
            let start = reader.read(UInt64.self)
        {
            if pid > 0 { leaders.append(RunnerLeader(pid: pid, startTime: start, leavesProcesses: flags == 1)) }
        }
        return leaders
    }
}

extension RunnerLeader {
    /// Names a child that has not been reaped: its pid is still its own, even if it has ended already.
    ///
    /// - Parameters:
    ///   - pid: of the child.
    ///   - born: the clock before and after its birth. Mostly these are the same tick, and then the kernel need not be asked:
    ///     that costs a tenth of what starting a process does.
    ///   - leavesProcesses: what it starts may stay.
    init(_ pid: Int32, born: ClosedRange<UInt64>, leavesProcesses: Bool) {
        if born.lowerBound == born.upperBound {
            self.init(pid: pid, startTime: born.lowerBound, leavesProcesses: leavesProcesses)
        } else {
            var process = flow_process()
            let failure = flow_describe_process(pid, &process)
            self.init(pid: failure == 0 ? pid : 0, startTime: process.start_time, leavesProcesses: leavesProcesses)
        }
    }
}
