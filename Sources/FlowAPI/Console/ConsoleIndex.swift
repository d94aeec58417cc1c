// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import Foundation

/// The files of a built console, by the path they are served at.
///
/// Read once as a whole: a request can only name what was found then, so no path leads outside of the directory.
struct ConsoleIndex: Sendable {
    struct File: Sendable {
        let contents: [UInt8]
        var brotli: [UInt8]?
        var gzip: [UInt8]?
        let contentType: String
        let entityTag: String
        /// The name holds a hash of the contents, so it never changes.
        let isImmutable: Bool
    }

    let files: [String: File]
    /// When `index.html` was written; another build is another time.
    let builtAt: Date?

    /// A console has a few dozen files; a wrong directory must not be read into memory.
    private static let fileLimit = 2000
    private static let byteLimit = 64 * 1024 * 1024

    /// - Returns: nil when the directory holds no `index.html`.
    init?(directory: URL) {
        guard Self.builtAt(directory) != nil else { return nil }
        let root = directory.resolvingSymlinksInPath().path
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .isSymbolicLinkKey, .fileSizeKey]
        guard
            let enumerator = FileManager.default.enumerator(
                at: URL(filePath: root),
                includingPropertiesForKeys: Array(keys),
                options: [.skipsHiddenFiles]
            )
        else { return nil }
        var raw: [String: [UInt8]] = [:]
        var total = 0
        for case let url as URL in enumerator {
            guard let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true,
                values.isSymbolicLink != true, url.path.hasPrefix(root + "/")
            else { continue }
            total += values.fileSize ?? 0
            guard raw.count < Self.fileLimit, total <= Self.byteLimit, let data = try? Data(contentsOf: url) else {
                continue
            }
            raw[String(url.path.dropFirst(root.count))] = Array(data)
        }
        var files: [String: File] = [:]
        for (path, contents) in raw where !Self.isTwin(path, of: raw) {
            files[path] = File(
                contents: contents,
                brotli: raw[path + ".br"],
                gzip: raw[path + ".gz"],
                contentType: Self.contentType(path),
                entityTag: Hex.encode(SHA256.hash(data: contents).prefix(12)),
                isImmutable: Self.hasHash(path)
            )
        }
        guard files["/index.html"] != nil else { return nil }
        self.files = files
        self.builtAt = Self.builtAt(directory)
    }

    static func builtAt(_ directory: URL) -> Date? {
        let path = directory.appending(path: "index.html").path
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }

    private static func isTwin(_ path: String, of files: [String: [UInt8]]) -> Bool {
        [".br", ".gz"].contains { path.hasSuffix($0) && files[String(path.dropLast(3))] != nil }
    }

    /// `name-1a2b3c4d.js`: the bundler's eight letters and digits, or eight hexadecimal digits, before the extension.
    static func hasHash(_ path: String) -> Bool {
        guard let name = path.split(separator: "/").last, let dot = name.firstIndex(of: "."),
            let dash = name[..<dot].lastIndex(of: "-")
        else { return false }
        let hash = name[name.index(after: dash)..<dot]
        return hash.utf8.count == 8
            && (hash.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5a) }
                || hash.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) })
    }

    private static func contentType(_ path: String) -> String {
        switch path.split(separator: ".").last.map(String.init) {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
