// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The bytes of a crontab as lines of text, and what is odd about them.
///
/// Cron knows no encodings: it reads bytes and passes them on. A job here is text, so bytes that are none are refused,
/// line by line and never for the whole file.
struct CrontabText {
    /// One line: its text, or why it has none.
    enum Line {
        case text(Substring)
        /// The line is a comment in some other encoding, which does no harm.
        case unreadableComment
        case unreadable(Wording)
    }

    /// How the file is encoded.
    enum Encoding: Equatable {
        case utf8
        /// Found by its byte order mark; cron would have read none of it.
        case utf16
    }

    private(set) var lines: [Line] = []
    private(set) var encoding = Encoding.utf8
    private(set) var hasCarriageReturns = false
    /// Whether the last line has its line end; cron may ignore one that has none.
    private(set) var endsLine = true

    init(_ bytes: [UInt8]) {
        var bytes = bytes[...]
        if let text = Self.utf16(bytes) {
            self.encoding = .utf16
            bytes = Array(text.utf8)[...]
        }
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
        self.hasCarriageReturns = bytes.contains(0x0d)
        self.endsLine = bytes.isEmpty || bytes.last == 0x0a
        for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            self.lines.append(Self.line(line.last == 0x0d ? line.dropLast() : line))
        }
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> Line {
        let isComment = bytes.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "#")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            if isComment { return .unreadableComment }
            let place: Wording? = self.firstInvalid(bytes).map { fault in
                " (byte \(fault.offset + 1) is 0x\(String(fault.byte, radix: 16)))"
            }
            return .unreadable(
                "the line is not UTF-8\(place ?? ""); convert the file first, as with 'iconv -f LATIN1 -t UTF-8'"
            )
        }
        guard isComment || !bytes.contains(0) else {
            return .unreadable(
                "the line has a NUL byte; if the file is UTF-16, convert it first: 'iconv -f UTF-16 -t UTF-8'"
            )
        }
        return .text(Substring(text))
    }

    /// The first byte that no UTF-8 text can have at its place.
    private static func firstInvalid(_ bytes: ArraySlice<UInt8>) -> (offset: Int, byte: UInt8)? {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error: return (offset, bytes[bytes.startIndex + offset])
            case .emptyInput: return nil
            }
        }
    }

    /// The text of a file with a byte order mark of UTF-16.
    private static func utf16(_ bytes: ArraySlice<UInt8>) -> String? {
        let isLittle = bytes.starts(with: [0xff, 0xfe])
        guard isLittle || bytes.starts(with: [0xfe, 0xff]) else { return nil }
        let body = Array(bytes.dropFirst(2))
        let units = stride(from: 0, to: body.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(body[index]), UInt16(body[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        return String(decoding: units, as: UTF16.self)
    }
}
