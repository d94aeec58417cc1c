// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowTesting
import Foundation
import Testing

@Suite("Built-in jobs, limits and the host's policy", .serialized, .timeLimit(.minutes(10)))
struct BuiltinJobTests {
    @Test("Old files are deleted, and links lead nowhere")
    func cleansUp() async throws {
        let (directory, outside) = (try TemporaryDirectory(), try TemporaryDirectory())
        let root = directory.path + "/logs"
        let files = FileManager.default
        try files.createDirectory(atPath: root + "/deep/er", withIntermediateDirectories: true)
        let old = Date().addingTimeInterval(-10 * 86_400)
        func make(_ path: String, _ date: Date = old) throws {
            try Data("text".utf8).write(to: URL(fileURLWithPath: path))
            try files.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
        for path in ["/a.log", "/deep/b.log", "/deep/er/c.log", "/keep.txt"] { try make(root + path) }
        try make(root + "/new.log", Date())
        try make(outside.path + "/far.log")
        try files.createSymbolicLink(atPath: root + "/link", withDestinationPath: outside.path)
        try files.createSymbolicLink(atPath: root + "/far.log", withDestinationPath: outside.path + "/far.log")
        @Sendable func clean(isDryRun: Bool) -> Payload {
            .builtin(.cleanFiles(.init(path: root, olderThanDays: 7, pattern: "*.log", isDryRun: isDryRun)))
        }
        try await Host.with { host in
            let dry = try await host.wait(await host.launch(clean(isDryRun: true)))
            #expect(dry.status == .success && dry.text.contains("would delete 3 files, 12 bytes"), "\(dry)")
            // W12: what it counted is handed on.
            #expect(dry.outputs == ["files": "3", "bytes": "12", "failures": "0"])
            #expect(files.fileExists(atPath: root + "/a.log"))
            let wet = try await host.wait(await host.launch(clean(isDryRun: false)))
            #expect(wet.status == .success && wet.text.contains("deleted 3 files"), "\(wet.text)")
        }
        for path in ["/a.log", "/deep/b.log", "/deep/er/c.log"] { #expect(!files.fileExists(atPath: root + path)) }
        for path in [root + "/keep.txt", root + "/new.log", root + "/far.log", outside.path + "/far.log"] {
            #expect(files.fileExists(atPath: path), "\(path)")
        }
        // A link that leads out of what the policy allows.
        try await Host.with(policy: HostPolicy(directories: [root])) { host in
            let job = Payload.builtin(.cleanFiles(.init(path: root + "/link", olderThanDays: 0)))
            let outcome = try await host.wait(await host.launch(job))
            #expect(outcome.reason == .policyDenied)
        }
        #expect(files.fileExists(atPath: outside.path + "/far.log"))
    }

    @Test("Ports, pages and disks are checked, within the host's policy")
    func checks() async throws {
        let server = try await TinyServer.start()
        let port = try #require(URLComponents(string: server.url)?.port)
        try await Host.with { host in
            let cases: [(BuiltinPayload, ExecutionStatus)] = [
                (.checkTCP(.init(host: "127.0.0.1", port: port)), .success),
                (.checkTCP(.init(host: "127.0.0.1", port: 1)), .failure),
                (.checkTCP(.init(host: "no.such.host.invalid", port: 1)), .failure),
                (.checkHTTP(.init(url: server.url + "/status/204")), .success),
                (.checkHTTP(.init(url: server.url + "/status/503")), .failure),
                (.checkHTTP(.init(url: server.url + "/status/503", expectedStatus: [503])), .success),
                (.checkDisk(.init(path: "/", leastFreePercent: 0)), .success),
                (.checkDisk(.init(path: "/proc", leastFreePercent: 100)), .failure),
                (.checkDisk(.init(path: "/no/such/place", leastFreePercent: 0)), .failure),
            ]
            for (check, status) in cases {
                let outcome = try await host.wait(await host.launch(.builtin(check)))
                #expect(outcome.status == status, "\(check): \(outcome)")
                #expect(outcome.detail != nil || status == .success)
                let names: Set<String> =
                    switch check {
                    case .checkTCP where status == .success: ["address", "milliseconds"]
                    case .checkDisk(let disk) where disk.path != "/no/such/place": ["free_bytes", "free_percent"]
                    default: []
                    }
                #expect(Set(outcome.outputs.keys) == names, "\(check): \(outcome.outputs)")
            }
        }
        var policy = HostPolicy()
        policy.network = HostPolicy.Network(
            allowsPrivate: true,
            allowsLoopback: false,
            hosts: ["127.0.0.1", "localhost"]
        )
        try await Host.with(policy: policy) { host in
            for host_ in ["127.0.0.1", "localhost", "0177.1", "example.org", "169.254.169.254"] {
                let outcome = try await host.wait(
                    await host.launch(.builtin(.checkTCP(.init(host: host_, port: port))))
                )
                #expect(outcome.status == .failure && outcome.reason == .policyDenied, "\(host_): \(outcome)")
            }
            let page = try await host.wait(await host.launch(.builtin(.checkHTTP(.init(url: server.url + "/")))))
            #expect(page.status == .failure && page.reason == .policyDenied, "\(page)")
        }
        // A host whose policy says nothing goes by the installation, which says so.
        let networks = InstallationNetworks()
        let closed = NetworkDefaults(allowsPrivate: true, allowsLoopback: false)
        networks.take(
            .heartbeatAnswer(ClockSample(agentSent: 0, serverReceived: 0, serverSent: 0), networks: closed)
        )
        try await Host.with(networks: networks) { host in
            let jobs: [BuiltinPayload] = [
                .checkTCP(.init(host: "127.0.0.1", port: port)), .checkHTTP(.init(url: server.url + "/")),
            ]
            for job in jobs {
                let outcome = try await host.wait(await host.launch(.builtin(job)))
                #expect(outcome.status == .failure && outcome.reason == .policyDenied, "\(outcome)")
                let words = (outcome.detail ?? "") + outcome.text
                let cause =
                    "installation does not allow the host itself (setting network.loopback, or loopback: true in"
                #expect(words.contains(cause), "\(outcome)")
            }
        }
        try await server.stop()
    }

    @Test("A script has the limits that its job says, and never more than there are")
    func limits() async throws {
        try await Host.with { host in
            var shell = ShellPayload(
                command: "ulimit -n; ulimit -f; exit 3",
                limits: ["open_files": 77, "file_bytes": 512]
            )
            shell.successCodes = [3]
            let outcome = try await host.wait(await host.launch(.shell(shell)))
            #expect(outcome.status == .success && outcome.text == "77\n1\n", "\(outcome)")
            // The program that sets them ignores a signal for itself, and no script may inherit that.
            shell.command = "grep -c 'SigIgn:.*0000000' /proc/self/status; exit 3"
            #expect(try await host.wait(await host.launch(.shell(shell))).text == "1\n")
            shell.interpreter = "/no/such/shell"
            let missing = try await host.wait(await host.launch(.shell(shell)))
            #expect(missing.status == .failure && missing.text.contains("/no/such/shell"), "\(missing)")
        }
    }

    @Test("A policy is read whole or not at all")
    func policyFile() throws {
        let text = """
            {"executors": ["shell", "sql", "container"], "interpreters": ["/bin/sh"], "directories": ["/srv/data"], "plugins": "/opt/p",
             "network": {"private": true, "loopback": false, "hosts": ["*.example.org"],
                         "authorities": ["/etc/quicflow/ours.pem"], "client_certificates": {"shop":
                         {"certificate": "/etc/quicflow/shop.pem", "key": "/etc/quicflow/shop.key", "hosts": ["*.shop.example"]}}}, "concurrency": 4, "users": ["www-data"], "signatures": "required",
             "containers": {"engine": "/opt/podman", "images": ["registry.example.org/*", "a:1"], "networks": ["none"]},
             "units": {"allowed": true, "slices": ["batch.slice"]}}
            """
        let policy = try HostPolicyFile.parse(Array(text.utf8))
        #expect(policy.plugins == "/opt/p" && policy.concurrency == 4 && !policy.network.allowsLoopback)
        #expect(policy.signatures == .required)
        #expect(policy.units == .init(isAllowed: true, slices: ["batch.slice"]))
        #expect(policy.users == ["www-data"] && policy.network.authorities == ["/etc/quicflow/ours.pem"])
        func refusal(_ payload: Payload) -> String? { policy.refusal(of: payload) }
        let shop = policy.network.clientCertificates?["shop"]
        #expect(shop?.key == "/etc/quicflow/shop.key" && shop?.isFor("a.shop.example") == true)
        #expect(shop?.isFor("shop.example.org") == false)
        #expect(policy.network.refusal(ofCertificate: "shop") == nil)
        #expect(HostPolicy().refusal(of: .http(HTTPPayload(url: "https://x/", clientCertificate: "shop"))) != nil)
        #expect(refusal(.shell(ShellPayload(command: "x"))) == nil)
        #expect(policy.containers.engine == "/opt/podman")
        for (image, network, source, rule) in [
            ("registry.example.org/x:1", ContainerPayload.Network.none, "/srv/data/x", nil),
            ("a:1", .none, "/srv/data", nil),
            ("a:2", .none, "/srv/data", "(containers.images)"),
            ("registry.example.org.evil/x", .none, "/srv/data", "(containers.images)"),
            ("a:1", .host, "/srv/data", "(containers.networks)"), ("a:1", .none, "/etc", "(directories)"),
        ] {
            let container = ContainerPayload(
                image: image,
                mounts: [.init(source: source, target: "/a")],
                network: network
            )
            let words = refusal(.container(container))
            #expect(rule.map { words?.hasSuffix($0) == true } ?? (words == nil), "\(image): \(words ?? "none")")
        }
        #expect(
            refusal(.shell(ShellPayload(command: "x", interpreter: "/bin/bash")))?.contains("(interpreters)") == true
        )
        #expect(
            refusal(.shell(ShellPayload(command: "x", workingDirectory: "/srv/database")))?.contains("(directories)")
                == true
        )
        #expect(refusal(.shell(ShellPayload(command: "x", workingDirectory: "/srv/data/x"))) == nil)
        #expect(refusal(.http(HTTPPayload(url: "http://x/")))?.contains("(executors)") == true)
        let statement = [SQLPayload.Statement("SELECT 1")]
        #expect(refusal(.sql(SQLPayload(connection: "sqlite:/srv/data/../x", statements: statement))) != nil)
        #expect(policy.network.refusal(ofHost: "db.Example.org") == nil)
        for name in ["example.org", "xexample.org", ".example.org", "example.org.evil.net"] {
            #expect(policy.network.refusal(ofHost: name) != nil, "\(name)")
        }
        for wrong in [
            "[]", "{\"executor\": []}", "{\"executors\": [\"docker\"]}", "{\"directories\": [\"srv\"]}",
            "{\"network\": {\"private\": 1}}", "{\"network\": {\"authorities\": \"/a.pem\"}}",
            "{\"network\": {\"authorities\": [\"a.pem\"]}}",
            "{\"network\": {\"client_certificates\": {\"a\": {\"certificate\": \"/a.pem\"}}}}",
            "{\"network\": {\"client_certificates\": {\"a b\": {\"certificate\": \"/a.pem\", \"key\": \"/b\"}}}}",
            "{\"network\": {\"client_certificates\": {\"a\": {\"certificate\": \"a.pem\", \"key\": \"/b\"}}}}",
            "{\"concurrency\": 0}", "{\"users\": [\"33\"]}", "{", "{\"plugins\": \"/a/../b\"}",
            "{\"units\": false}", "{\"units\": {\"allowed\": \"no\"}}", "{\"units\": {\"slices\": [\"batch\"]}}",
            "{\"units\": {\"slice\": []}}",
        ] {
            #expect(throws: CoreError.self, "\(wrong)") { try HostPolicyFile.parse(Array(wrong.utf8)) }
        }
    }
}
