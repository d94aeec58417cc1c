// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Reads compiled zone files (RFC 9636, versions 1 to 4).
enum TZifFile {
    /// - Returns: nil when the bytes are not such a file, or one with leap seconds (the `right/` zones), whose seconds
    ///   are not those of POSIX time.
    static func parse(_ bytes: [UInt8], name: String) -> ZoneRules? {
        guard var header = Header(bytes, at: 0) else { return nil }
        var body = Header.length
        var width = 4
        if header.version >= 2 {
            // The second block repeats the first with 64-bit times.
            let second = body + header.dataLength(width: 4)
            guard let wide = Header(bytes, at: second) else { return nil }
            header = wide
            body = second + Header.length
            width = 8
        }
        let end = body + header.dataLength(width: width)
        guard header.leapCount == 0, header.typeCount > 0, end <= bytes.count else { return nil }
        let indices = body + header.timeCount * width
        let types = indices + header.timeCount
        func offset(ofType index: Int) -> Int { Self.integer(bytes, at: types + index * 6, width: 4) }

        var transitions: [(start: Int64, offset: Int)] = []
        for index in 0..<header.timeCount {
            let type = Int(bytes[indices + index])
            guard type < header.typeCount else { return nil }
            transitions.append(
                (Int64(Self.integer(bytes, at: body + index * width, width: width)), offset(ofType: type))
            )
        }
        let initial = offset(ofType: 0)
        var tail: String?
        if width == 8, let footer = Self.footer(bytes, from: end), !footer.isEmpty {
            guard let rule = PosixZone(footer) else { return nil }
            let from = transitions.last?.start ?? Int64.min
            transitions += rule.transitions(after: from, through: CronMasks.lastYear + 1)
            tail = String(decoding: footer, as: UTF8.self)
        }
        return ZoneRules(name: name, initial: initial, transitions: transitions, rule: tail)
    }

    private static func footer(_ bytes: [UInt8], from start: Int) -> ArraySlice<UInt8>? {
        guard start < bytes.count, bytes[start] == 0x0a,
            let end = bytes[(start + 1)...].firstIndex(of: 0x0a)
        else { return nil }
        return bytes[(start + 1)..<end]
    }

    /// A signed big-endian integer.
    private static func integer(_ bytes: [UInt8], at position: Int, width: Int) -> Int {
        var value: UInt64 = 0
        for byte in bytes[position..<position + width] { value = value << 8 | UInt64(byte) }
        return width == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value))
    }

    private struct Header {
        static let length = 44

        let version: Int
        let utcCount: Int
        let standardCount: Int
        let leapCount: Int
        let timeCount: Int
        let typeCount: Int
        let characterCount: Int

        init?(_ bytes: [UInt8], at position: Int) {
            guard position >= 0, position + Self.length <= bytes.count,
                bytes[position..<position + 4].elementsEqual("TZif".utf8)
            else { return nil }
            let byte = bytes[position + 4]
            self.version = byte == 0 ? 1 : Int(byte) - 0x30
            let counts = (0..<6).map { TZifFile.integer(bytes, at: position + 20 + $0 * 4, width: 4) }
            // No zone comes near this; a damaged file must not make us reserve memory.
            guard counts.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
            self.utcCount = counts[0]
            self.standardCount = counts[1]
            self.leapCount = counts[2]
            self.timeCount = counts[3]
            self.typeCount = counts[4]
            self.characterCount = counts[5]
        }

        func dataLength(width: Int) -> Int {
            self.timeCount * (width + 1) + self.typeCount * 6 + self.characterCount + self.leapCount * (width + 4)
                + self.standardCount + self.utcCount
        }
    }
}
