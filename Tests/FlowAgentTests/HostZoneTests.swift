// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowAgent

@Suite("The zone of a host")
struct HostZoneTests {
    @Test(
        "TZ counts before the system's file",
        arguments: [("Asia/Shanghai", "Asia/Shanghai"), (":Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")]
    )
    func variable(value: String, name: String) {
        #expect(HostZone.name(variable: value, localtime: "/nowhere") == name)
        #expect(HostZone.name(variable: "/usr/share/zoneinfo/" + name, localtime: "/nowhere") == name)
    }

    @Test("The file is looked at anew each time, because it may be changed while the agent runs")
    func file() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/localtime"
        for name in ["Asia/Kathmandu", "America/New_York"] {
            unlink(path)
            try FileManager.default.createSymbolicLink(
                atPath: path,
                withDestinationPath: "/usr/share/zoneinfo/" + name
            )
            #expect(HostZone.name(variable: nil, localtime: path) == name)
        }
    }

    @Test(
        "What has no name becomes an offset that every peer takes",
        arguments: ["QF-3", "Not/AZone", "../../etc/passwd"]
    )
    func offsets(value: String) {
        let name = HostZone.name(variable: value, localtime: "/nowhere")
        #expect(ZoneDatabase.needsNoFile(name), "\(name)")
        #expect((try? ZoneDatabase.shared.rules(named: name)) != nil)
    }
}
