// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the parser of arguments says of its own accord.
///
/// It says it in English as finished lines, so here alone the parts are found again in a text.
package enum ParserWords {
    /// A message of the parser in Chinese: an error, a page of help, or an error with a page of help behind it.
    ///
    /// - Parameters:
    ///   - message: rendered for ``HelpPage/endless`` columns.
    ///   - help: has the sentences of the pages.
    package static func chinese(_ message: String, help: Catalogue, columns: Int) -> String {
        if let page = HelpPage(message) { return page.chinese(help, columns: columns) }
        if let place = message.firstRange(of: "\nOVERVIEW: ") {
            let page = String(message[message.index(after: place.lowerBound)...])
            let error = self.lines(message[..<place.lowerBound], help)
            return error + "\n" + self.chinese(page, help: help, columns: columns)
        }
        return self.lines(message[...], help)
    }

    private static func lines(_ message: Substring, _ help: Catalogue) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("Help:  ") { return self.helpLine(line.dropFirst(7), help) }
            return self.sentences.lazy.compactMap { self.translated(line, $0.english[...], $0.chinese) }.first
                ?? String(line)
        }
        .joined(separator: "\n")
    }

    /// Such as `--at <at>  The instant.`.
    private static func helpLine(_ line: Substring, _ help: Catalogue) -> String {
        guard let gap = line.firstRange(of: "  ") else { return "说明：\(line)" }
        let text = help.chinese(Wording(words: String(line[gap.upperBound...])))
        return "说明：\(line[..<gap.upperBound])\(text)"
    }

    /// `{a}` and `{b}` stand for any text, `{c}` for a list of values in quotes; the more precise sentence comes first.
    private static let sentences: [(english: String, chinese: String)] = [
        ("Error: Missing expected argument '{a}'", "错误：缺少参数 '{a}'"),
        ("Error: Missing one of: '{a}'", "错误：缺少其中之一：'{a}'"),
        ("Error: Unknown option '{a}'. Did you mean '{b}'?", "错误：没有选项 '{a}'。是不是 '{b}'？"),
        ("Error: Unknown option '{a}'", "错误：没有选项 '{a}'"),
        ("Error: Missing value for '{a}'", "错误：'{a}' 缺少值"),
        ("Error: Unexpected argument '{a}'", "错误：多余的参数 '{a}'"),
        ("Error: {a} unexpected arguments: '{b}'", "错误：{a} 个多余的参数：'{b}'"),
        ("Error: The option '{a}' does not take any value, but '{b}' was specified.", "错误：选项 '{a}' 没有值，却写了 '{b}'。"),
        (
            "Error: The value '{a}' is invalid for '{b}'. Please provide one of the following:",
            "错误：值 '{a}' 不能用于 '{b}'。可用的有："
        ),
        (
            "Error: The value '{a}' is invalid for '{b}'. Please provide one of {c}.",
            "错误：值 '{a}' 不能用于 '{b}'。可用的有：{c}。"
        ),
        ("Error: The value '{a}' is invalid for '{b}'", "错误：值 '{a}' 不能用于 '{b}'"),
        ("Error: The value '{a}' is invalid.", "错误：值 '{a}' 无效。"),
        ("Error: Value to be set with {a} had already been set with {b}", "错误：{a} 要设置的值已由 {b} 设置"),
        ("Error: Missing required subcommand.", "错误：缺少子命令。"),
        ("Error: Invalid option: {a}", "错误：选项写法不对：{a}"),
        ("Error: {a}", "错误：{a}"),
        ("Usage: {a}", "用法：{a}"),
        ("  See '{a}' for more information.", "  详见 '{a}'。"),
    ]

    /// `'a', 'b' or 'c'` and `'a' and 'b'`.
    private static func listed(_ values: Substring) -> String {
        [" or ", " and ", ", "].reduce(String(values)) { $0.replacing("'\($1)'", with: "'、'") }
    }

    /// - Returns: nil unless the line is that sentence, perhaps with more behind it.
    private static func translated(_ line: Substring, _ english: Substring, _ chinese: String) -> String? {
        var result = chinese
        var rest = line
        var pattern = english
        while let open = pattern.firstRange(of: "{") {
            guard rest.hasPrefix(pattern[..<open.lowerBound]) else { return nil }
            rest = rest.dropFirst(pattern[..<open.lowerBound].count)
            let name = pattern[open.upperBound...].prefix(1)
            pattern = pattern[open.upperBound...].dropFirst(2)
            let next = pattern.prefix { $0 != "{" }
            let end = next.isEmpty ? rest.endIndex : rest.firstRange(of: next)?.lowerBound
            guard let end else { return nil }
            // A list of values, which it joins with words.
            let part = name == "c" ? Self.listed(rest[..<end]) : String(rest[..<end])
            result = result.replacing("{\(name)}", with: part)
            rest = rest[end...]
        }
        guard rest.hasPrefix(pattern) else { return nil }
        return result + rest.dropFirst(pattern.count)
    }
}
