// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
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
