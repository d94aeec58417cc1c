// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of what the command says, as a ``Catalogue`` reads it.
///
/// What a server says it brings in both languages.
enum ChineseWords {
    static let all = [
        Self.client,
        Self.commands,
        Self.headings,
        Self.files,
        Self.imports,
        Self.crontab,
        Self.bulk,
        Self.routes,
        Self.states,
    ]
}
