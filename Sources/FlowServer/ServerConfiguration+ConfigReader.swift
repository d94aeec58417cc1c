// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Configuration
import FlowCore
import Foundation
import SystemPackage

extension ServerConfiguration {
    /// Reads a YAML file; environment variables `QUARTZFLOW_*` win over it.
    ///
    /// - `data-directory` (string, default `~/.quartzflow/server`)
    /// - `http.listen` (string, default `127.0.0.1:8475`), `http.console` (string), `http.behind-https` (bool, false)
    /// - `agents.listen` (string, default `127.0.0.1:8474`), `agents.names` (strings)
    /// - `retention.days` (int, default 90; 1 to 3650)
    /// - `http.public-url` (string), `notify.allow-loopback` (bool, false), `notify.ca-file` (string)
    /// - `retention.audit-days` (int, default 400; 30 and more, or 0 = for ever)
    /// - `admin.password-file` (string)
    ///
    /// - Throws: ``CoreError`` `invalid` naming the key.
    package static func read(file: String) async throws -> ServerConfiguration {
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw CoreError(.invalid, "Cannot read the configuration file \(file).")
        }
        let reader: ConfigReader
        do {
            let yaml = try await FileProvider<YAMLSnapshot>(filePath: FilePath(file))
            reader = ConfigReader(providers: [EnvironmentVariablesProvider().prefixKeys(with: "quartzflow"), yaml])
        } catch {
            throw CoreError(.invalid, "\(file) is not valid YAML: \(error)")
        }
        return try Self.build(reader)
    }

    private static func build(_ reader: ConfigReader) throws -> ServerConfiguration {
        let home = NSHomeDirectory() + "/.quartzflow/server"
        var result = ServerConfiguration(dataDirectory: reader.string(forKey: "data-directory", default: home))
        let http = try Self.address(reader.string(forKey: "http.listen", default: "127.0.0.1:8475"), key: "http.listen")
        (result.httpHost, result.httpPort) = (http.host, http.port)
        let agents = try Self.address(
            reader.string(forKey: "agents.listen", default: "127.0.0.1:8474"),
            key: "agents.listen"
        )
        (result.agentsHost, result.agentsPort) = (agents.host, agents.port)
        result.consoleDirectory = reader.string(forKey: "http.console")
        result.isBehindHTTPS = reader.bool(forKey: "http.behind-https", default: false)
        result.serverNames = reader.stringArray(forKey: "agents.names", default: [])
        result.retentionDays = reader.int(forKey: "retention.days", default: 90)
        guard (1...3650).contains(result.retentionDays) else {
            throw CoreError(.invalid, "retention.days is \(result.retentionDays); it has to be 1 to 3650.")
        }
        result.publicURL = reader.string(forKey: "http.public-url").map {
            $0.hasSuffix("/") ? String($0.dropLast()) : $0
        }
        result.notifiesLoopback = reader.bool(forKey: "notify.allow-loopback", default: false)
        result.notifyAuthorityFile = reader.string(forKey: "notify.ca-file")
        result.auditDays = reader.int(forKey: "retention.audit-days", default: 400)
        guard result.auditDays == 0 || (30...36_500).contains(result.auditDays) else {
            throw CoreError(
                .invalid,
                "retention.audit-days is \(result.auditDays); it has to be 0 (for ever) or 30 to 36500."
            )
        }
        result.adminPasswordFile = reader.string(forKey: "admin.password-file")
        return result
    }

    private static func address(_ text: String, key: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw CoreError(.invalid, "\(key) is '\(text)'; write host:port, such as 127.0.0.1:8475.")
        }
        return address
    }
}
