// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowRunner

@Suite("Attempts in scopes of systemd")
struct RunnerUnitsTests {
    private static let mounts = "25 30 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

    @Test("Whose a process is says the name of the scope around it, also from a group that the job has made below (R4)")
    func owner() {
        var units = RunnerUnits(mounts: { Self.mounts })
        units.add(7, name: "quicflow-e-1.scope")
        units.add(8, name: "quicflow-e-2.scope")
        #expect(!units.has(7))
        #expect(units.owner(groups: "0::/system.slice/other.scope\n") == nil)
        #expect(units.owner(groups: "4:memory:/quicflow-e-1.scope\n") == nil, "version 1 is not looked at")
        #expect(units.owner(groups: "0::/batch.slice/quicflow-e-1.scope/inner\n") == 7)
        #expect(units.has(7) && !units.has(8))
        units.remove(7)
        #expect(units.owner(groups: "0::/batch.slice/quicflow-e-1.scope\n") == nil && !units.has(7))
        #expect(units.owner(groups: "0::/batch.slice/quicflow-e-2.scope\n") == 8)
    }

    @Test("A scope of an earlier runner is known by its name, and nothing around it is")
    func line() {
        let groups = "3:cpu:/\n0::/batch.slice/quicflow-e-1.scope/inner\n"
        #expect(UnitScope.line(in: groups) == "0::/batch.slice/quicflow-e-1.scope")
        for other in ["0::/system.slice/quicflow-agent.service\n", "0::/\n", "", "0::/a/run-u1.scope\n"] {
            #expect(UnitScope.line(in: other) == nil)
        }
    }
}
