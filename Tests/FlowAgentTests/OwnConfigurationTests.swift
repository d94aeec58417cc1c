// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Testing

@Suite("What a host's own configuration says")
struct OwnConfigurationTests {
    @Test("Groups come from the command, else the environment, else a file (S1-FR-3.2)")
    func groups() throws {
        let holder = try TemporaryDirectory()
        defer { withExtendedLifetime(holder) {} }
        let directory = holder.path
        func read(_ said: [String] = [], _ environment: [String: String] = [:]) throws -> [String] {
            try OwnGroups.read(said: said, environment: environment, dataDirectory: directory)
        }
        #expect(try read() == [])
        try Data("web # front\n\n#db\n 7 \r\n".utf8).write(to: URL(fileURLWithPath: directory + "/groups"))
        #expect(try read() == ["web", "7"])
        #expect(try read([], ["QUARTZFLOW_GROUP": "db, web"]) == ["db", "web"])
        #expect(try read(["x"], ["QUARTZFLOW_GROUP": "db"]) == ["x"])
        #expect(throws: CoreError.self) { try read([String(repeating: "x", count: 65)]) }
        #expect(throws: CoreError.self) { try read((0..<65).map { "g\($0)" }) }
    }

    @Test("Labels come from the command, else the environment, else a file (S1-FR-3.2)")
    func labels() throws {
        let holder = try TemporaryDirectory()
        defer { withExtendedLifetime(holder) {} }
        let directory = holder.path
        func read(_ said: [String] = [], _ environment: [String: String] = [:]) throws -> [String] {
            try OwnLabels.read(said: said, environment: environment, dataDirectory: directory)
        }
        #expect(try read() == [])
        let file = URL(fileURLWithPath: directory + "/labels")
        try Data("# where it stands\nregion=eu\r\n\n  tier=web#2=front \n".utf8).write(to: file)
        #expect(try read() == ["region=eu", "tier=web#2=front"])
        #expect(try read([], ["QUARTZFLOW_LABELS": "region=us, gpu=yes"]) == ["region=us", "gpu=yes"])
        #expect(try read(["a=b"], ["QUARTZFLOW_LABELS": "region=us"]) == ["a=b"])
        try Data([0xff, 0xfe, 0x41]).write(to: file)
        let error = #expect(throws: CoreError.self) { try read() }
        #expect(error?.message.hasPrefix(file.path) == true)
    }

    @Test("The bounds that the documents name are the ones that count")
    func bounds() {
        #expect(OutputLimits.standardBytes == 64 << 20)
        #expect(Settings().integer(.outputAttemptMebibytes) == 64 && Settings().integer(.outputHotDays) == 7)
        let core = AgentCore.Configuration(
            agent: AgentID("a")!,
            bootID: "b",
            version: "1",
            hostname: "h",
            operatingSystem: "o"
        )
        #expect(core.statisticsInterval == 300_000_000, "five minutes, in microseconds (S1-FR-5.3)")
    }

    @Test("The installation's word on networks stays over restarts; the host's policy has the last one")
    func networks() throws {
        let holder = try TemporaryDirectory()
        defer { withExtendedLifetime(holder) {} }
        let directory = holder.path
        let networks = InstallationNetworks(dataDirectory: directory)
        #expect(networks.now == nil)
        let closed = NetworkDefaults(allowsPrivate: false, allowsLoopback: false)
        let sample = ClockSample(agentSent: 0, serverReceived: 0, serverSent: 0)
        networks.take(.heartbeatAnswer(sample, networks: closed))
        networks.take(.heartbeatAnswer(sample))
        #expect(networks.now == closed)
        #expect(InstallationNetworks(dataDirectory: directory).now == closed)
        let cases: [(String, allowsPrivate: Bool, allowsLoopback: Bool)] = [
            ("{}", false, false), (#"{"network": {"private": true}}"#, true, false),
            (#"{"network": {"loopback": true, "private": false}}"#, false, true),
        ]
        for (text, allowsPrivate, allowsLoopback) in cases {
            var network = try HostPolicyFile.parse(Array(text.utf8)).network
            #expect(network.allowsPrivate == !text.contains("false") && network.allowsLoopback)
            network.defaults = closed
            #expect(network.allowsPrivate == allowsPrivate && network.allowsLoopback == allowsLoopback, "\(text)")
        }
    }
}
