// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Names that a shell offers at Tab: those that the server knows, if it answers within a second.
///
/// Nothing is said of what goes wrong: whoever presses Tab wants no message in the middle of a line.
enum NameCompletion {
    /// What names are asked for.
    enum Kind: Sendable {
        case tasks, groups, clients, workflows

        fileprivate var path: String {
            switch self {
            case .tasks: "/tasks"
            case .groups: "/groups"
            case .clients: "/clients"
            case .workflows: "/workflows"
            }
        }

        /// Long lists are narrowed by the server.
        fileprivate func query(_ prefix: String) -> [(String, String?)] {
            switch self {
            case .tasks, .workflows: [("keyword", prefix.isEmpty ? nil : prefix), ("page_size", "100")]
            case .groups, .clients: []
            }
        }

        /// The first of these that a row has is its name.
        fileprivate var fields: [String] { self == .clients ? ["client_name", "client_id"] : ["name"] }
    }

    static let tasks = Self.kind(.tasks)
    static let groups = Self.kind(.groups)
    static let clients = Self.kind(.clients)
    static let workflows = Self.kind(.workflows)

    private static let limit = Duration.seconds(1)
    private static let most = 100

    private static func kind(_ kind: Kind) -> CompletionKind {
        .custom { (words: [String], _: Int, prefix: String) async -> [String] in
            await self.names(of: kind, words: words, prefix: prefix)
        }
    }

    private static func names(of kind: Kind, words: [String], prefix: String) async -> [String] {
        guard let client = self.client(words) else { return [] }
        return await withTaskGroup(of: [String]?.self) { group in
            group.addTask {
                guard let answer = try? await client.get(kind.path, kind.query(prefix)) else { return [] }
                return Self.offered(answer["items"].array, fields: kind.fields, prefix: prefix)
            }
            group.addTask {
                try? await Task.sleep(for: Self.limit)
                return []
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? []
        }
    }

    /// What can stand in a line: no breaks, nothing that a terminal obeys.
    static func offered(_ rows: [JSONValue], fields: [String], prefix: String) -> [String] {
        let names = rows.compactMap { row in fields.lazy.compactMap { row[$0].string }.first { !$0.isEmpty } }
        let plain = names.filter { name in
            name.utf8.starts(with: prefix.utf8)
                && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        }
        return Array(plain.sorted().prefix(Self.most))
    }

    /// The server that the line names so far.
    private static func client(_ words: [String]) -> APIClient? {
        func value(of option: String) -> String? {
            words.firstIndex(of: option).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
                ?? words.first { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)) }
        }
        let environment = ProcessInfo.processInfo.environment
        guard
            let address = try? ServerOptions.address(
                server: value(of: "--server").flatMap { ServerAddress($0) },
                profile: value(of: "--profile"),
                environment: environment
            )
        else { return nil }
        if let token = environment["QUARTZFLOW_TOKEN"], !token.isEmpty {
            return APIClient(server: address, token: token)
        }
        let token = (try? Credentials(readingFrom: Credentials.standardURL()))?[address]?.token
        return token.map { APIClient(server: address, token: $0) }
    }
}
