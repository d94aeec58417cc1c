// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAPI
import FlowCore
import FlowScheduler
import Foundation

extension ServerConfiguration {
    /// No configuration is larger.
    private static let sizeLimit = 256 * 1024

    /// Reads a YAML file; environment variables `QUARTZFLOW_*` win over it.
    ///
    /// - `data-directory` (string, default `~/.quartzflow/server`)
    /// - `database.url` (string): a PostgreSQL instead of SQLite in the data directory; `database.replica-url` (string): a standby of it
    /// - `cluster.roles` (strings, default all): what this server does, see ``ServerRole``
    /// - `http.stop-notice` (int, 2): seconds that one of several servers goes on answering when it stops
    /// - `http.listen` (string, default `127.0.0.1:8475`), `http.console` (string), `http.behind-https` (bool, false)
    /// - `http.tls.certificate`, `http.tls.key` (strings, both or none), `http.trusted-proxies` (strings)
    /// - `http.cors-origins` (strings): pages of these origins may use the API with a bearer token
    /// - `http.rate-limits.token`, `http.rate-limits.session` (ints, default 3000), `http.rate-limits.anonymous` (int, 60):
    ///   requests a minute; 0 = any number
    /// - `agents.listen` (string, default `127.0.0.1:8474`), `agents.names` (strings)
    /// - `http.public-url` (string), `notify.allow-loopback` (bool, false), `notify.ca-file` (string)
    /// - `notify.commands` (strings): programs of this host that channels may start
    /// - `sign-on.proxy.…`: see ``ServerConfiguration/proxy(_:)``
    /// - `sign-on.oidc.…`: see ``ServerConfiguration/providers(_:publicURL:)``
    /// - every ``SettingKey``, such as `retention.days`, which nobody can change in the console then
    /// - `archive.directory` (string), or `archive.s3.endpoint`, `.bucket`, `.region` (default `us-east-1`), `.prefix`, `.access-key` and
    ///   `.secret-key` or `.secret-key-file` (strings): where output goes after `output.hot-days`
    /// - `admin.password-file` (string)
    ///
    /// - Throws: ``CoreError`` `invalid` with a line for each fault: file, line, key, what is wrong, what is possible.
    package static func read(
        file: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> ServerConfiguration {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CoreError(.invalid, "Cannot read the configuration file \(file).")
        }
        guard data.count <= Self.sizeLimit, let text = String(validating: data, as: UTF8.self) else {
            throw CoreError(.invalid, "\(file) is no text of at most \(Self.sizeLimit) bytes in UTF-8.")
        }
        let reader = SettingReader(file: try SettingFile(name: file, yaml: text), environment: environment)
        let configuration = Self.build(reader)
        try reader.finish()
        return configuration
    }

    private static func build(_ reader: SettingReader) -> ServerConfiguration {
        let home = NSHomeDirectory() + "/.quartzflow/server"
        var result = ServerConfiguration(dataDirectory: reader.string(forKey: "data-directory", default: home))
        result.databaseURL = reader.string(forKey: "database.url")
        result.replicaURL = reader.string(forKey: "database.replica-url")
        if result.replicaURL != nil, result.databaseURL == nil {
            reader.fault("database.replica-url", "needs database.url: it names a standby of that database.")
        }
        result.roles = Self.roleSetting(reader)
        result.stopNotice = reader.int(forKey: "http.stop-notice", in: 0...60, default: result.stopNotice)
        if let http = Self.address(reader, key: "http.listen", example: "127.0.0.1:8475") {
            (result.httpHost, result.httpPort) = (http.host, http.port)
        }
        if let agents = Self.address(reader, key: "agents.listen", example: "127.0.0.1:8474") {
            (result.agentsHost, result.agentsPort) = (agents.host, agents.port)
        }
        result.consoleDirectory = reader.string(forKey: "http.console")
        result.isBehindHTTPS = reader.bool(forKey: "http.behind-https", default: false)
        let certificate = reader.string(forKey: "http.tls.certificate")
        let key = reader.string(forKey: "http.tls.key")
        switch (certificate, key) {
        case (let certificate?, let key?): result.tls = TLSFilePaths(certificate: certificate, key: key)
        case (nil, nil): break
        case (_?, nil):
            reader.fault("http.tls.key", "is missing; http.tls.certificate needs the key that belongs to it.")
        case (nil, _?): reader.fault("http.tls.certificate", "is missing; http.tls.key needs its certificate.")
        }
        result.trustedProxies = reader.values(
            forKey: "http.trusted-proxies",
            possible: "addresses or networks, such as 192.0.2.7 or 10.0.0.0/8",
            parse: { AddressRange($0) }
        )
        result.origins = reader.values(
            forKey: "http.cors-origins",
            possible: "exact origins, such as https://portal.example.com or http://localhost:3000; no * and no path",
            parse: { WebOrigin($0) }
        )
        result.trustedHeaders = Self.proxy(reader)
        let rates = RateLimits.standard
        let range = 0...1_000_000
        result.rateLimits = RateLimits(
            perToken: reader.int(forKey: "http.rate-limits.token", in: range, default: rates.perToken),
            perSession: reader.int(forKey: "http.rate-limits.session", in: range, default: rates.perSession),
            perNetwork: reader.int(forKey: "http.rate-limits.anonymous", in: range, default: rates.perNetwork)
        )
        result.serverNames = reader.stringArray(forKey: "agents.names", default: [])
        result.settings = Self.settings(reader)
        result.publicURL = reader.string(forKey: "http.public-url").map {
            $0.hasSuffix("/") ? String($0.dropLast()) : $0
        }
        result.providers = Self.providers(reader, publicURL: result.publicURL)
        result.notifiesLoopback = reader.bool(forKey: "notify.allow-loopback", default: false)
        result.notifyAuthorityFile = reader.string(forKey: "notify.ca-file")
        result.notifyCommands = reader.values(
            forKey: "notify.commands",
            possible: "absolute paths of programs, such as /etc/quartzflow/notify/sms",
            parse: { $0.hasPrefix("/") && !$0.hasSuffix("/") && !$0.utf8.contains(0) ? $0 : nil }
        )
        result.archive = Self.archive(reader)
        result.adminPasswordFile = reader.string(forKey: "admin.password-file")
        return result
    }

    /// - Returns: all of them where nothing is said.
    private static func roleSetting(_ reader: SettingReader) -> ServerRoles {
        let key = "cluster.roles"
        let possible = ServerRoles.all.text
        let names = reader.stringArray(forKey: key, default: ServerRoles.all.names)
        if names.isEmpty {
            reader.fault(key, "names no role; write some of \(possible), or leave it out for all of them.")
        }
        for name in names where ServerRole(rawValue: name) == nil {
            reader.fault(key, "has '\(name.shortened(toBytes: 100))', which is no role; write some of \(possible).")
        }
        return (try? ServerRoles(names: names)) ?? .all
    }

    private static func archive(_ reader: SettingReader) -> ArchiveSettings? {
        let directory = reader.string(forKey: "archive.directory")
        let store = self.s3(reader)
        if directory != nil, store != nil {
            reader.fault("archive.directory", "and archive.s3 exclude each other: output is archived in one place.")
        }
        return directory.map { .directory($0) } ?? store.map { .s3($0) }
    }

    private static func s3(_ reader: SettingReader) -> S3Settings? {
        func text(_ name: String) -> String? { reader.string(forKey: "archive.s3." + name) }
        let endpoint = text("endpoint")
        let bucket = text("bucket")
        let region = text("region")
        let prefix = text("prefix")
        let accessKey = text("access-key")
        var secretKey = text("secret-key")
        if let file = text("secret-key-file") {
            if secretKey != nil {
                reader.fault("archive.s3.secret-key-file", "and archive.s3.secret-key exclude each other.")
            }
            let content = (try? String(contentsOfFile: file, encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if content?.isEmpty != false {
                reader.fault("archive.s3.secret-key-file", "names \(file), which has no key in it.")
            }
            secretKey = content
        }
        guard endpoint != nil || bucket != nil || accessKey != nil || secretKey != nil || region != nil || prefix != nil
        else { return nil }
        let needed = [("endpoint", endpoint), ("bucket", bucket), ("access-key", accessKey), ("secret-key", secretKey)]
        for (name, value) in needed where value == nil {
            reader.fault(
                "archive.s3.\(name)",
                "is missing; an S3 store needs endpoint, bucket, access-key and secret-key."
            )
        }
        guard let endpoint, let bucket, let accessKey, let secretKey else { return nil }
        do throws(CoreError) {
            return try S3Settings(
                endpoint: endpoint,
                region: region ?? "us-east-1",
                bucket: bucket,
                prefix: prefix ?? "",
                accessKey: accessKey,
                secretKey: secretKey
            )
        } catch {
            reader.fault("archive.s3", "can't be used: \(error.text)")
            return nil
        }
    }

    private static func settings(_ reader: SettingReader) -> [SettingKey: Settings.Fixed] {
        var fixed: [SettingKey: Settings.Fixed] = [:]
        for key in SettingKey.allCases {
            let rule = key.rule
            let value = reader.value(
                forKey: key.rawValue,
                possible: rule.possible,
                parse: { rule.value(written: $0) }
            )
            guard let value, let source = reader.source(of: key.rawValue) else { continue }
            fixed[key] = Settings.Fixed(value, from: source)
        }
        for (key, words) in Settings(fixed: fixed).contradictions where fixed[key] != nil {
            reader.fault(key.rawValue, "can't be: \(words).")
        }
        return fixed
    }

    private static func address(_ reader: SettingReader, key: String, example: String) -> ListenAddress? {
        reader.value(forKey: key, possible: "host:port, such as \(example)", parse: { ListenAddress($0) })
    }
}
