// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Finds what looks like a secret and is written out: definitions are read by many, and files of them end up in many places.
///
/// Such tasks go on working; it is only said (`quicflow task lint`, `export`, `plan`).
enum ClearSecrets {
    private static let words = ["pass", "secret", "token", "key", "credential", "authorization"]

    /// Where values in clear stand; references (`secret:NAME`) are as they should be.
    static func paths(in fields: JSONValue) -> [String] {
        let configuration = fields["executor_config"]
        let named = ["env", "headers"].flatMap { place -> [String] in
            guard case .object(let members) = configuration[place] else { return [] }
            return members.keys.sorted().filter { name in
                guard let value = members[name]?.string, !value.isEmpty, !value.contains("secret:") else {
                    return false
                }
                return self.speaks(name)
            }.map { "executor_config.\(place).\($0)" }
        }
        let addresses = ["url", "connection"].filter { place in
            guard let text = configuration[place].string, !text.contains("secret:") else { return false }
            return self.hasUserInfo(text) || text.firstMatch(of: /(?i)\bpassword\s*=\s*[^\s;]/) != nil
        }.map { "executor_config.\($0)" }
        let lines = (configuration["command"].string ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        let scripts = lines.enumerated().filter { self.assigns(String($0.element)) }
            .map { "executor_config.command, line \($0.offset + 1)" }
        return named + addresses + scripts
    }

    /// The same of a workflow: its steps have scripts and requests of their own.
    static func paths(inWorkflow fields: JSONValue) -> [String] {
        fields["nodes"].array.flatMap { node -> [String] in
            let inner = node["do"].isNull ? node : node["do"]
            var configuration = inner
            configuration["command"] = inner["script"]
            let place = "step \(node["key"].string ?? "?"), "
            return self.paths(in: .object(["executor_config": configuration])).map { path in
                place + path.replacing("executor_config.", with: "").replacing("command", with: "script")
            }
        }
    }

    private static func speaks(_ name: String) -> Bool { self.words.contains { name.lowercased().contains($0) } }

    /// `https://user:password@host`.
    private static func hasUserInfo(_ text: String) -> Bool {
        text.firstMatch(of: /^[A-Za-z][A-Za-z0-9+.\-]*:\/\/[^\/@\s:]*:[^\/@\s]+@/) != nil
    }

    /// `DB_PASSWORD=hunter2`, and not `DB_PASSWORD=$1` or `KEY_FILE=/etc/key`.
    private static func assigns(_ line: String) -> Bool {
        line.matches(of: /\b([A-Za-z_][A-Za-z0-9_]*)=["']?([^\s"'$`\/]{6,})/).contains {
            self.speaks(String($0.output.1))
        }
    }
}
