// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a container of a pod runs, and with which variables.
///
/// Kubernetes starts a program with the words of `command` and `args`, without a shell. Before that, `$(NAME)` becomes the value of
/// a variable that the container has, `$$` becomes `$`, and everything else stays as it is.
struct ContainerCommand {
    private enum Part: Hashable {
        case text(String)
        case reference(String)
    }

    private let words: [YAMLNode]
    private let hasCommand: Bool
    /// There are variables that this file does not say.
    private let hasUnknown: Bool
    /// What `env` declares, in the order of the file; nil where the value comes from elsewhere.
    private var variables: [String: String?] = [:]

    init(_ container: YAMLNode) {
        let command = container["command"]?.elements ?? []
        self.words = command + (container["args"]?.elements ?? [])
        self.hasCommand = !command.isEmpty
        self.hasUnknown = container["envFrom"] != nil
        for variable in container["env"]?.elements ?? [] {
            guard let name = variable.text("name") else { continue }
            // Of those above it; what is declared below is not known there either.
            let value = variable["value"]?.scalarText.flatMap { self.value(of: $0) }
            self.variables.updateValue(value, forKey: name)
        }
    }

    /// Values that this file says, with those of other variables put in.
    var environment: [String: String] { self.variables.compactMapValues(\.self) }

    /// - Returns: nil when the image says what runs.
    func script(_ findings: inout ForeignFindings) -> String? {
        guard self.hasCommand else { return nil }
        let texts = self.words.map { $0.scalarText ?? "" }
        // `sh -c TEXT` is the text; whatever else has a word of its own for each argument.
        if texts.count == 3, ["sh", "/bin/sh"].contains(texts[0]), texts[1] == "-c" {
            return self.spliced(texts[2], self.words[2].start.line, &findings)
        }
        var words: [String] = []
        for (node, text) in zip(self.words, texts) {
            words.append(ShellText.word(self.pieces(text, node.start.line, &findings)))
        }
        return ShellText.command(words, isLast: true)
    }

    /// A script: values become part of it, as they do there.
    private func spliced(_ text: String, _ line: Int, _ findings: inout ForeignFindings) -> String {
        var result = ""
        for part in Self.parts(text) {
            switch part {
            case .text(let text): result += text
            case .reference(let name):
                switch self.variables[name] {
                case .some(.some(let value)): result += value
                case .some(.none) where ShellText.isVariable(name):
                    result += "${\(name)}"
                    findings.warn(
                        line,
                        "$(\(name)) is put in as ${\(name)}: its value is not read as part of the script"
                    )
                // A command of the shell, such as $(date).
                case .some(.none), .none: result += "$(\(name))"
                }
            }
        }
        return result
    }

    private func pieces(_ text: String, _ line: Int, _ findings: inout ForeignFindings) -> [ShellText.Piece] {
        Self.parts(text).map { part in
            switch part {
            case .text(let text): return .text(text)
            case .reference(let name):
                switch self.variables[name] {
                case .some where ShellText.isVariable(name): return .variable(name)
                case .some(.some(let value)): return .text(value)
                case .some(.none):
                    findings.warn(line, "$(\(name)) is left as it is: no shell has a variable of that name")
                case .none where self.hasUnknown:
                    findings.warn(line, "$(\(name)) is left as it is: if envFrom brings it, write \(name) into env")
                case .none: break
                }
                return .text("$(\(name))")
            }
        }
    }

    /// - Returns: nil when it depends on what this file does not say.
    private func value(of text: String) -> String? {
        var result = ""
        for part in Self.parts(text) {
            switch part {
            case .text(let text): result += text
            case .reference(let name):
                guard let known = self.variables[name] else {
                    result += "$(\(name))"
                    continue
                }
                guard let known else { return nil }
                result += known
            }
        }
        return result
    }

    private static func parts(_ text: String) -> [Part] {
        var parts: [Part] = []
        var plain: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x24, rest.first == 0x24 {
                plain.append(0x24)
                rest.removeFirst()
            } else if byte == 0x24, rest.first == 0x28, let end = rest.firstIndex(of: 0x29) {
                parts.append(.text(String(decoding: plain, as: UTF8.self)))
                plain = []
                parts.append(.reference(String(decoding: rest[..<end].dropFirst(), as: UTF8.self)))
                rest = rest[(end + 1)...]
            } else {
                plain.append(byte)
            }
        }
        parts.append(.text(String(decoding: plain, as: UTF8.self)))
        return parts.filter { $0 != .text("") }
    }
}
