// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import FlowScheduler
import Foundation
import Testing

@testable import FlowServer

@Suite("The configuration file is read as strictly as the API")
struct SettingsTests {
    private func read(_ yaml: String, _ environment: [String: String] = [:]) throws -> ServerConfiguration {
        let path = NSTemporaryDirectory() + "server-\(UUID().uuidString).yaml"
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try ServerConfiguration.read(file: path, environment: environment)
    }

    /// What is said about a file, without the path in front of each line.
    private func refusal(_ yaml: String, _ environment: [String: String] = [:]) throws -> [String] {
        do {
            _ = try self.read(yaml, environment)
            return []
        } catch let error as CoreError {
            return error.message.split(separator: "\n").map { line in
                line.firstRange(of: ".yaml:").map { String(line[$0.upperBound...]) } ?? String(line)
            }
        }
    }

    @Test("Every setting arrives, and the environment wins")
    func values() throws {
        let configuration = try self.read(
            """
            data-directory: /srv/flow
            http:
              listen: ":8080"
              behind-https: true
              tls: {certificate: /c.pem, key: /k.pem}
              trusted-proxies: [10.0.0.0/8, "::1"]
              cors-origins: [https://Portal.example.com, "http://localhost:3000"]
            agents:
              names: [flow.example, 192.0.2.1]
            retention.days: 30
            database: {url: "postgres://flow@db.example/flow"}
            """,
            ["QUARTZFLOW_RETENTION_DAYS": "7", "QUARTZFLOW_SERVICE_HOST": "10.0.0.1"]
        )
        #expect(configuration.dataDirectory == "/srv/flow")
        #expect(configuration.databaseURL == "postgres://flow@db.example/flow")
        #expect((configuration.httpHost, configuration.httpPort) == ("0.0.0.0", 8080))
        #expect(configuration.isBehindHTTPS)
        #expect(configuration.tls?.key == "/k.pem")
        #expect(configuration.trustedProxies.count == 2)
        #expect(configuration.origins.map(\.text) == ["https://portal.example.com", "http://localhost:3000"])
        #expect(configuration.serverNames == ["flow.example", "192.0.2.1"])
        #expect(configuration.settings == [.retentionDays: Settings.Fixed(.integer(7), from: .environment)])
        #expect(configuration.agentsPort == 8474)
        #expect(try self.read("").settings.isEmpty)
        #expect(try self.read("jobs: {default-timezone: Asia/Shanghai}").settings[.jobsZone]?.source == .file)
        #expect(try self.read("").databaseURL == nil)
        let moved = try self.read("", ["QUARTZFLOW_DATABASE_URL": "postgres:///flow"])
        #expect(moved.databaseURL == "postgres:///flow" && moved.replicaURL == nil && moved.stopNotice == 2)
        let copied = try self.read("database: {url: a, replica-url: b}\nhttp: {stop-notice: 10}")
        #expect(copied.replicaURL == "b" && copied.stopNotice == 10)
        #expect(configuration.roles == .all)
        var roles = try self.read("cluster: {roles: [api, planner]}")
        #expect(roles.roles.text == "api,planner")
        // The command wins over both.
        try roles.takeRoles("gateway, planner")
        #expect(roles.roles.text == "planner,gateway")
        let told = try self.read("cluster: {roles: [api]}", ["QUARTZFLOW_CLUSTER_ROLES": "gateway, api"])
        #expect(told.roles.text == "api,gateway")
        let names = try self.read("", ["QUARTZFLOW_AGENTS_NAMES": "a, b"]).serverNames
        #expect(names == ["a", "b"])
    }

    @Test(
        "What is wrong is said with its line, its key and what is possible",
        arguments: [
            ("retention: {days: abc}", "1: retention.days is 'abc'; write a whole number from 1 to 3650."),
            ("\nretention:\n  days: 0", "3: retention.days is '0'; write a whole number from 1 to 3650."),
            ("retention: {days: 1.5}", "1: retention.days is '1.5'; write a whole number from 1 to 3650."),
            ("retention: {days: }", "1: retention.days has no value; write a whole number from 1 to 3650."),
            (
                "retention: {audit-days: 5}",
                "1: retention.audit-days is '5'; write 0 (for ever) or a whole number from 30 to 36500."
            ),
            ("ui: {language: fr}", "1: ui.language is 'fr'; write one of auto, zh, en."),
            (
                "jobs: {default-timezone: Mars/Olympus}",
                "1: jobs.default-timezone is 'Mars/Olympus'; write a name of the time-zone database, such as Asia/Shanghai or UTC."
            ),
            ("http: {behind-https: maybe}", "1: http.behind-https is 'maybe'; write true or false."),
            ("http: {behind-https: yes}", "1: http.behind-https is 'yes'; write true or false."),
            ("http: {behind-https: [true]}", "1: http.behind-https is a list; write true or false."),
            ("http: {listen: 8475}", "1: http.listen is '8475'; write host:port, such as 127.0.0.1:8475."),
            (
                "cluster: {roles: [api, plan]}",
                "1: cluster.roles has 'plan', which is no role; write some of api,planner,gateway."
            ),
            (
                "cluster: {roles: []}",
                "1: cluster.roles names no role; write some of api,planner,gateway, or leave it out for all of them."
            ), ("cluster: {roles: api}", "1: cluster.roles is 'api'; write a list of texts, such as [a, b]."),
            ("http: {console: [a]}", "1: http.console is a list; write one text."),
            ("agents: {names: a}", "1: agents.names is 'a'; write a list of texts, such as [a, b]."),
            (
                "http: {trusted-proxies: [10.1.0.0/8]}",
                "1: http.trusted-proxies has '10.1.0.0/8'; write addresses or networks, such as 192.0.2.7 or 10.0.0.0/8."
            ),
            (
                "http: {cors-origins: ['*']}",
                "1: http.cors-origins has '*'; write exact origins, such as https://portal.example.com or http://localhost:3000; no * and no path."
            ),
            (
                "database: {replica-url: b}",
                "1: database.replica-url needs database.url: it names a standby of that database."
            ), ("http: {stop-notice: 61}", "1: http.stop-notice is '61'; write a whole number from 0 to 60."),
            ("retention: {day: 3}", "1: there is no setting 'retention.day'; did you mean 'retention.days'?"),
            (
                "sign-on: {proxy: {admin-group: ops}}",
                "sign-on.proxy.addresses is missing; without it anybody could say by a header who they are. Name the proxy's address."
            ),
            (
                "sign-on: {proxy: {addresses: [10.0.0.1]}}",
                "sign-on.proxy.group-map is missing, and so is admin-group; nobody would have a role. Write, for example, [ops=operator]."
            ),
            (
                "sign-on: {proxy: {addresses: [10.0.0.1], group-map: [ops]}}",
                "1: sign-on.proxy.group-map has 'ops'; write entries 'group=role' or 'group=role@group of ours', such as ops=operator."
            ),
            (
                "sign-on: {proxy: {addresses: [10.0.0.1], admin-group: a, user-header: Cookie}}",
                "1: sign-on.proxy.user-header is 'Cookie'; write a header's name of letters, digits and '-', such as Remote-User."
            ),
            (
                "sign-on: {proxy: {addresses: [10.0.0.1], admin-group: a, secret-header: X-Key}}",
                "sign-on.proxy.secret-file is missing; a secret needs both a header and a file."
            ),
            (
                "a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]",
                "2: aliases such as *name are not taken in settings; write the value out."
            ),
            ("http: {tls: {key: /k}}", " http.tls.certificate is missing; http.tls.key needs its certificate."),
        ]
    )
    func refused(yaml: String, message: String) throws {
        let lines = try self.refusal(yaml)
        #expect(lines.count == 1)
        #expect(
            lines.first?.trimmingCharacters(in: .whitespaces).hasSuffix(message.trimmingCharacters(in: .whitespaces))
                == true,
            "\(lines)"
        )
    }

    @Test("What a proxy says of people is read whole")
    func proxy() throws {
        let headers = try #require(
            try self.read(
                """
                sign-on:
                  proxy:
                    addresses: [10.0.0.1]
                    user-header: X-Authentik-Username
                    groups-header: X-Authentik-Groups
                    groups-separator: "|"
                    admin-group: flow admins
                    group-map: ["cn=ops,dc=example=operator@red"]
                    logout-url: https://auth.example/logout
                """
            ).trustedHeaders
        )
        #expect(headers.names == ["x-authentik-username", "x-authentik-groups"])
        #expect(headers.separator == "|")
        #expect(headers.map.wishes(of: ["flow admins"]) == [RoleWish(role: "admin")])
        #expect(headers.map.wishes(of: ["cn=ops,dc=example"]) == [RoleWish(role: "operator", group: "red")])
        #expect(headers.logoutURL == "https://auth.example/logout")
        #expect(try self.read("").trustedHeaders == nil)
    }

    @Test("All faults are told at once, unknown keys with those there are")
    func several() throws {
        let lines = try self.refusal("retention: {days: x}\nnonsense: {a: 1}\n", ["QUARTZFLOW_HTTP_BEHIND_HTTPS": "1"])
        #expect(lines.count == 3)
        #expect(lines.contains("the environment's QUARTZFLOW_HTTP_BEHIND_HTTPS is '1'; write true or false."))
        #expect(lines.last?.contains("'nonsense.a'; there are: admin.password-file, agents.listen,") == true)
    }

    @Test(
        "What is no mapping of settings is refused",
        arguments: ["- a", "text", "a: b: c", "{", "a: 1\na: 2", "http: {listen: 'x:1'}\nhttp.listen: 'y:1'", "[a]: 1"]
    )
    func shapes(yaml: String) throws {
        #expect(throws: CoreError.self) { try self.read(yaml) }
    }
}
