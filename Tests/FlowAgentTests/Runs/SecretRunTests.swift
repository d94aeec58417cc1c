// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Synchronization
import Testing

@Suite("Attempts with secrets", .timeLimit(.minutes(10)))
struct SecretRunTests {
    /// Gives what it has, when it is let.
    final class Vault: SecretSource {
        private let values: [String: String]
        private let isOpen = Mutex(true)
        let requests = Mutex<[SecretsRequest]>([])

        init(_ values: [String: String], isOpen: Bool = true) {
            self.values = values
            self.isOpen.withLock { $0 = isOpen }
        }

        func secrets(for request: SecretsRequest) async throws -> [String: String] {
            self.requests.withLock { $0.append(request) }
            while !self.isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
            guard !self.values.isEmpty else {
                throw CoreError(.forbidden, "secret_unavailable: DB is not for this host")
            }
            return self.values
        }
    }

    @Test("The program gets the value, and whoever reads its output does not")
    func masks() async throws {
        let vault = Vault(["DB": "hunter2-hunter2"])
        try await Host.with(secrets: vault) { host in
            let outcome = try await host.run(
                #"test "$PW" = hunter2-hunter2 && echo "pw=$PW"; printf %s "$URL" >&2; sleep 0.1; exit 3"#,
                environment: ["PW": "secret:DB", "URL": "db://u:${secret:DB}@h"]
            )
            let output = outcome.inlineOutput.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
            #expect(output.contains("pw=***\n") && output.contains("db://u:***@h"), "\(output)")
            #expect(!output.contains("hunter2"))
            #expect(outcome.exitCode == 3)
        }
        #expect(vault.requests.withLock { $0.count } == 1)
    }

    @Test("A request shows the secret that its header names to its own server, and to none that it is led to")
    func request() async throws {
        let (server, other) = (try await TinyServer.start(), try await TinyServer.start())
        try await Host.with(secrets: Vault(["API": "hunter2-hunter2"])) { host in
            let headers = ["Authorization": "Bearer ${secret:API}"]
            let plain = HTTPPayload(url: server.url + "/echo", method: "POST", headers: headers, body: "ok")
            #expect(try await host.wait(await host.launch(.http(plain))).status == .success)
            let led = HTTPPayload(url: server.url + "/redirect?\(other.url)/status/204", headers: headers)
            let outcome = try await host.wait(await host.launch(.http(led)))
            #expect(outcome.status == .success && !outcome.text.contains("hunter2"), "\(outcome.text)")
        }
        #expect(server.authorizations == ["Bearer hunter2-hunter2", "Bearer hunter2-hunter2"])
        #expect(other.authorizations == [nil])
        try await server.stop()
        try await other.stop()
    }

    @Test("What its order says besides reaches it as well: the slot that it holds, and the past time that it is for")
    func keepsOrder() async throws {
        try await Host.with(secrets: Vault(["DB": "hunter2-hunter2"])) { host in
            let script = ShellPayload(
                command: #"echo "$QF_FENCE $QF_SCHEDULED_TIME""#,
                environment: ["PW": "secret:DB"]
            )
            let hold = SlotHold(fence: 3, leaseMilliseconds: 30_000, isFenced: true, moves: true, shard: nil)
            let id = await host.launch(.shell(script), dataTime: Timestamp(seconds: 1_700_000_000), hold: hold)
            let outcome = try await host.wait(id)
            #expect(outcome.text == "3 2023-11-14T22:13:20.000Z\n")
        }
    }

    @Test("A secret parameter is a variable and no argument, and is masked; what is left in its place starts nothing")
    func parameters() async throws {
        let script = #"echo "$# $1 pw=$QF_PARAM_PW"; tr '\0' '\n' </proc/$$/cmdline | grep -c "hunter[2]""#
        let payload = Payload.shell(ShellPayload(command: script))
        let base = Fixture.snapshot(payload)
        let job = JobSnapshot(
            uid: base.uid,
            id: base.id,
            version: base.version,
            name: base.name,
            payload: payload,
            schedule: .manual,
            policies: base.policies,
            isEnabled: true,
            secretParameters: ["PW"]
        )
        let order = Fixture.order(job, parameters: ["PW": SecretParameter.mask, "REGION": "eu"])
        try await Host.with(secrets: Vault(["parameter:PW": "hunter2-hunter2"])) { host in
            await host.supervisor.launch([Launch(order: order, attempt: 1)])
            let text = try await host.wait(order.executionID).text
            #expect(text == "1 eu pw=***\n0\n")
        }
        try await Host.with(secrets: Vault(["DB": "hunter2-hunter2"])) { host in
            await host.supervisor.launch([Launch(order: order, attempt: 1)])
            let outcome = try await host.wait(order.executionID)
            #expect(outcome.reason == .policyDenied && outcome.detail?.contains("'PW'") == true)
        }
    }

    @Test("Without the secret nothing is started, and the record says which one is missing")
    func refused() async throws {
        try await Host.with(secrets: Vault([:])) { host in
            let outcome = try await host.run("echo started", environment: ["PW": "secret:DB"])
            #expect(outcome.status == .failure && outcome.reason == .policyDenied)
            #expect(outcome.detail?.contains("DB") == true && outcome.startedAt == nil)
            // Jobs without secrets are none of its business, and the place is free again.
            let other = try await host.run("exit 0")
            #expect(other.status == .success)
        }
        try await Host.with(concurrencyLimit: 1) { host in
            let refused = try await host.run("true", environment: ["PW": "secret:DB"])
            let other = try await host.run("true")
            #expect(refused.reason == .policyDenied && other.status == .success)
        }
    }

    @Test("An attempt that waits for its secrets can be cancelled, and lets others have its place")
    func cancels() async throws {
        try await Host.with(concurrencyLimit: 1, secrets: Vault(["DB": "hunter2-hunter2"], isOpen: false)) { host in
            let id = await host.launch("echo started", environment: ["PW": "secret:DB"])
            await host.supervisor.cancel(id, force: false)
            let cancelled = try await host.wait(id)
            let other = try await host.run("true")
            #expect(cancelled.status == .cancelled && other.status == .success)
        }
    }

    @Test("One that a server has placed keeps its fence and its shard (P5)")
    func keepsHold() async throws {
        try await Host.with(secrets: Vault(["DB": "hunter2-hunter2"])) { host in
            let payload = ShellPayload(
                command: "echo $QF_FENCE $QF_SHARD_INDEX $QF_SHARD_TOTAL",
                environment: ["PW": "secret:DB"]
            )
            let plain = Fixture.order(Fixture.snapshot(.shell(payload)))
            let order = Order(
                executionID: plain.executionID,
                runID: plain.runID,
                job: plain.job,
                kind: plain.kind,
                nominal: plain.nominal,
                deadline: plain.deadline,
                hold: SlotHold(
                    fence: 7,
                    leaseMilliseconds: 30_000,
                    isFenced: true,
                    moves: true,
                    shard: SlotHold.Shard(index: 1, total: 4, item: nil)
                )
            )
            await host.supervisor.launch([Launch(order: order, attempt: 1)])
            let text = try await host.wait(order.executionID).text
            #expect(text == "7 1 4\n")
        }
    }
}
