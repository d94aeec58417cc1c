// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads crontabs as Debian's cron, cronie and FreeBSD's cron write them, for import.
///
/// Every line is either understood, or answered by a problem with its number; nothing is left out in silence.
package enum CrontabParser {
    /// The most bytes a crontab may have.
    package static let maximalLength = 4 << 20

    /// Reads a crontab.
    ///
    /// - Parameters:
    ///   - bytes: the whole file; UTF-8, or UTF-16 with its byte order mark.
    ///   - form: whether users stand before the commands.
    /// - Returns: the jobs, and the problems in the order of lines.
    package static func parse(_ bytes: [UInt8], form: CrontabForm) -> Crontab {
        guard bytes.count <= self.maximalLength else {
            return Crontab(
                problems: [CrontabProblem(line: 1, severity: .error, message: "the file is larger than 4 MiB")],
                form: form == .automatic ? .user : form
            )
        }
        var reader = CrontabReader(CrontabText(bytes), form: form)
        return reader.read()
    }

    /// Reads a crontab that is text already.
    package static func parse(_ text: String, form: CrontabForm) -> Crontab { self.parse(Array(text.utf8), form: form) }
}
