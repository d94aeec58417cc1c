// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where a definition names a secret instead of holding it.
///
/// A whole value `secret:NAME`, or `${secret:NAME}` anywhere inside a text; `$${secret:NAME}` is the text itself. Only
/// definitions are looked through: a parameter, an output or the body of a request that says `secret:NAME` is a text.
package enum SecretReference {
    private static let whole = "secret:"
    private static let opening = "${secret:"

    /// `[A-Za-z_][A-Za-z0-9_]{0,63}`.
    package static func isName(_ text: some StringProtocol) -> Bool { VariableName.isValid(String(text), limit: 64) }

    private enum Part {
        case text(Substring)
        /// What stands between the braces, whether it is a name or not.
        case name(Substring)
    }

    private static func parts(of text: String) -> [Part] {
        if text.hasPrefix(self.whole) { return [.name(text.dropFirst(self.whole.count))] }
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstRange(of: self.opening) {
            let before = rest[..<open.lowerBound]
            if before.last == "$" {
                // Twice the sign: what follows is meant as it stands.
                parts += [.text(before.dropLast()), .text(rest[open])]
                rest = rest[open.upperBound...]
                continue
            }
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else { break }
            parts += [.text(before), .name(rest[open.upperBound..<close])]
            rest = rest[rest.index(after: close)...]
        }
        parts.append(.text(rest))
        return parts
    }

    /// What a text refers to, in order, right names or not.
    package static func names(in text: String) -> [String] {
        // Most values name none.
        guard text.utf8.count >= self.whole.utf8.count, text.contains(self.whole) else { return [] }
        return self.parts(of: text).compactMap { part in
            if case .name(let name) = part { String(name) } else { nil }
        }
    }

    /// The text with the values in the places of the names.
    ///
    /// - Throws: `CoreError` for a name without a value.
    package static func resolve(_ text: String, _ values: [String: String]) throws(CoreError) -> String {
        guard text.contains(self.whole) else { return text }
        var result = ""
        for part in self.parts(of: text) {
            switch part {
            case .text(let piece): result += piece
            case .name(let name):
                guard let value = values[String(name)] else {
                    throw CoreError(.invalid, "the secret '\(name)' was not given to this host")
                }
                result += value
            }
        }
        return result
    }
}

extension Payload {
    /// The texts in which secrets may be named, with their paths in the API.
    package var secretPlaces: [(path: String, text: String)] {
        switch self {
        case .shell(let shell):
            shell.environment.sorted { $0.key < $1.key }.map { ("executor_config.env.\($0.key)", $0.value) }
        case .http(let http):
            http.headers.sorted { $0.key < $1.key }.map { ("executor_config.headers.\($0.key)", $0.value) }
                + (http.body.map { [("executor_config.body", $0)] } ?? [])
        case .plugin(let plugin):
            plugin.parameters.sorted { $0.key < $1.key }.map { ("executor_config.parameters.\($0.key)", $0.value) }
        case .sql(let sql): sql.secretPlaces
        case .container(let container):
            container.environment.sorted { $0.key < $1.key }.map { ("executor_config.env.\($0.key)", $0.value) }
        case .builtin: []
        }
    }

    /// The secrets that a run needs, ascending.
    package var secretNames: [String] {
        Set(self.secretPlaces.flatMap { SecretReference.names(in: $0.text) }).sorted()
    }

    /// With the values in place: for the memory of the host that runs it, and nothing else.
    ///
    /// - Throws: `CoreError` for a name without a value.
    package func resolved(_ values: [String: String]) throws(CoreError) -> Payload {
        switch self {
        case .shell(var shell):
            for (name, text) in shell.environment {
                shell.environment[name] = try SecretReference.resolve(text, values)
            }
            return .shell(shell)
        case .http(var http):
            let values = Self.literal(values)
            for (name, text) in http.headers { http.headers[name] = try SecretReference.resolve(text, values) }
            if let body = http.body { http.body = try SecretReference.resolve(body, values) }
            return .http(http)
        case .plugin(var plugin):
            let values = Self.literal(values)
            for (name, text) in plugin.parameters {
                plugin.parameters[name] = try SecretReference.resolve(text, values)
            }
            return .plugin(plugin)
        case .sql(var sql):
            sql.connection = try SecretReference.resolve(sql.connection, values)
            let values = Self.literal(values)
            for (index, statement) in sql.statements.enumerated() {
                for (place, text) in statement.parameters.enumerated() {
                    sql.statements[index].parameters[place] = try SecretReference.resolve(text, values)
                }
            }
            return .sql(sql)
        case .container(var container):
            for (name, text) in container.environment {
                container.environment[name] = try SecretReference.resolve(text, values)
            }
            return .container(container)
        case .builtin: return self
        }
    }

    /// What parameters are filled into afterwards is the definition, not the secret.
    private static func literal(_ values: [String: String]) -> [String: String] {
        values.mapValues { $0.replacing("{{", with: "{{{{") }
    }
}
